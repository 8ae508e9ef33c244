// Show the OpenAPI document with Swagger UI, so that each request can be tried.
const place = document.querySelector("#api");
const dark = matchMedia("(prefers-color-scheme: dark)");
const dress = () => document.documentElement.classList.toggle("dark-mode", dark.matches);

dark.addEventListener("change", dress);
dress();
window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.url,
  validatorUrl: null, // would ask a server elsewhere
  deepLinking: true,
  defaultModelsExpandDepth: 0,
});
