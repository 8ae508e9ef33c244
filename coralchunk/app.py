"""Create the WSGI application from its services and blueprints."""

import os

from flask import Flask
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from coralchunk import tracing
from coralchunk.api.apitorch.classification import classification
from coralchunk.api.apitorch.errors import LANGUAGES as APITORCH
from coralchunk.api.apitorch.training_sets import pages as apitorch_pages
from coralchunk.api.apitorch.training_sets import training_sets
from coralchunk.api.classifier_list import classifier_list
from coralchunk.api.context import install
from coralchunk.api.coralnet.errors import CORALNET
from coralchunk.api.coralnet.routes import coralnet
from coralchunk.api.deepomatic.blueprints import DEEPOMATIC_BLUEPRINTS
from coralchunk.api.deepomatic.errors import DEEPOMATIC
from coralchunk.api.health import ops
from coralchunk.api.language import install_languages
from coralchunk.api.problems import problems
from coralchunk.api.rate_limits import install_rate_limits
from coralchunk.api.request_logging import log_requests
from coralchunk.api.security_headers import add_security_headers
from coralchunk.api.tus.responses import EXPOSED
from coralchunk.api.tus.routes import tus
from coralchunk.api.url_rules import UrlRule
from coralchunk.api.v1.audit_log import audit_log
from coralchunk.api.v1.collection_images import collection_images
from coralchunk.api.v1.collections import collections
from coralchunk.api.v1.corrections import corrections, many_corrections, shared_corrections
from coralchunk.api.v1.events import events
from coralchunk.api.v1.jobs import jobs
from coralchunk.api.v1.models import models
from coralchunk.api.v1.networks import networks
from coralchunk.api.v1.photos import v1
from coralchunk.api.v1.presigned import presigned
from coralchunk.api.v1.previews import previews
from coralchunk.api.v1.results import results
from coralchunk.api.v1.review import review
from coralchunk.api.v1.selection import selection
from coralchunk.api.v1.survey_evidence import survey_evidence
from coralchunk.api.v1.survey_exports import survey_exports
from coralchunk.api.v1.survey_files import survey_files
from coralchunk.api.v1.survey_heat_stress import survey_heat_stress
from coralchunk.api.v1.survey_members import survey_members
from coralchunk.api.v1.survey_metadata import survey_metadata
from coralchunk.api.v1.survey_reports import survey_reports
from coralchunk.api.v1.survey_selection import survey_selection
from coralchunk.api.v1.survey_sharing import survey_sharing
from coralchunk.api.v1.surveys import surveys
from coralchunk.api.v1.text_ids import write_text_ids
from coralchunk.api.v1.tokens import tokens
from coralchunk.api.v1.webhooks import webhooks
from coralchunk.api.ximilar.blueprints import XIMILAR
from coralchunk.api.ximilar.errors import LANGUAGES
from coralchunk.assets import folder
from coralchunk.config import Settings
from coralchunk.logs import set_up
from coralchunk.services import Services, open_services
from coralchunk.web.colour_card import colour_card
from coralchunk.web.compression import compress_text
from coralchunk.web.files import serve_files
from coralchunk.web.languages import install_texts
from coralchunk.web.offline import offline
from coralchunk.web.oidc import OIDC, oidc
from coralchunk.web.pages import pages
from coralchunk.web.screens import screens

_FORM_OVERHEAD_BYTES = 64_000  # boundaries and headers around the photo
_MAX_FORM_PARTS = 20  # each file among them may take a descriptor; a photo is one part
_REDIS_TIMEOUT_S = 1.5
_CORS_PATHS = (r"/V1/*", r"/recognition/*", r"/account/*", r"/annotate/*", r"/authorization/*")


def create_app(services: Services) -> Flask:
    """Build the WSGI app from the given services; opens nothing."""
    app = Flask("coralchunk", static_folder=None, template_folder=str(folder("templates")))
    app.url_rule_class = UrlRule
    app.config["MAX_CONTENT_LENGTH"] = services.settings.max_upload_mb * 1_000_000 + _FORM_OVERHEAD_BYTES
    app.config["MAX_FORM_PARTS"] = _MAX_FORM_PARTS
    app.wsgi_app = ProxyFix(app.wsgi_app, *[services.settings.proxies] * 5)  # type: ignore[method-assign]
    install(app, services)
    install_languages(app, [*APITORCH, CORALNET, DEEPOMATIC, *LANGUAGES, OIDC])
    compress_text(app)  # before all that change answers: Flask calls these functions in reverse order
    log_requests(app)  # first: requests that the others refuse are counted too
    install_rate_limits(app, services.settings, services.rates.connection_pool)
    add_security_headers(app)
    write_text_ids(app)
    for blueprint in (
        problems,
        v1,
        tus,
        events,
        jobs,
        selection,
        models,
        networks,
        presigned,
        results,
        previews,
        surveys,
        survey_files,
        survey_sharing,
        survey_members,
        survey_evidence,
        review,
        survey_reports,
        survey_exports,
        survey_metadata,
        survey_heat_stress,
        survey_selection,
        corrections,
        shared_corrections,
        many_corrections,
        webhooks,
        tokens,
        audit_log,
        collections,
        collection_images,
        coralnet,
        *DEEPOMATIC_BLUEPRINTS,
        *XIMILAR,
        classifier_list,
        training_sets,
        classification,
        apitorch_pages,
        ops,
        offline,
        colour_card,
        pages,
        screens,
        oidc,
    ):
        app.register_blueprint(blueprint)
    serve_files(app)
    install_texts(app)
    if services.settings.cors_origins:
        CORS(
            app,
            origins=list(services.settings.cors_origins),
            resources={path: {} for path in _CORS_PATHS},
            expose_headers=["Location", "Retry-After", "ETag", "X-Request-ID", *EXPOSED],
        )
    return app


def from_environment() -> Flask:
    """Build the app as the environment describes it; for WSGI servers."""
    settings = Settings.from_environment(os.environ)  # noqa: TID251 - an entry point
    set_up(settings.log_level)
    tracing.set_up(settings.traces_url, "web")
    return create_app(open_services(settings, redis_timeout_s=_REDIS_TIMEOUT_S))
