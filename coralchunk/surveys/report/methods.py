"""Write the methods of a report: how its figures came about, and what they are worth."""

from collections.abc import Iterable
from typing import Final

from coralchunk import __version__
from coralchunk.inference.manifest import Manifest
from coralchunk.science.cover import LIMITATIONS
from coralchunk.surveys.report.sources import Sources, model_of
from coralchunk.terms import CHUNK_PX
from coralchunk.translations import Texts

_MOST_GROUPS: Final = 2  # of figures, of a model whose groups are not known here


def methods(sources: Sources) -> Iterable[str]:
    """Write the paragraphs of the methods."""
    measured, t = sources.measured, sources.t
    models = sorted({model_of(photo) for photo in measured.photos})
    named = ", ".join(f"{name}, sha256 {sha256[:12]}" for name, sha256 in models) or t("none yet")
    yield t(
        "coralchunk {version} divided each photo into chunks of {side} x {side} pixels and"
        " classified each as bleached coral, healthy coral, not coral or unsure (model: {models})."
        " Unsure chunks and chunks without data count nowhere. Each photo has the same weight: coral cover is"
        " the mean of the photos' shares, bleached cover the sum of their bleached shares over the sum of"
        " their coral shares."
        " The 95 % intervals come from a bootstrap over photos and include the errors of the model where it"
        " states them.",
        version=__version__,
        side=CHUNK_PX,
        models=named,
    )
    for name, _ in models:
        if name in sources.manifests:
            yield from _worth(name, sources.manifests[name], t)
    corrections = sum(one.corrections for one in measured.corrected.values())
    if corrections:
        yield t(
            "People checked chunks and stored {labels}, which count instead of the model's in"
            " the figures with corrections. A chunk that they call partly bleached counts half as bleached.",
            labels=t("1 label") if corrections == 1 else t("{n} labels", n=corrections),
        )
    if sources.audit["audit"]["coral_cover"] is not None:
        yield t(
            "The random audit estimates cover from a random sample of chunks, stratified by the labels of the"
            " model, that people labelled (combined ratio estimator; Cochran, Sampling Techniques, 1977;"
            " Olofsson et al. 2014). It does not depend on how well the model works; its interval is for"
            " these photos."
        )
    for pair in sources.audit["agreement"]:
        yield t(
            "{first} and {second} both labelled {chunks} chunks and agreed on {agreed}"
            " (Cohen's kappa {kappa}).",
            first=pair["first"],
            second=pair["second"],
            chunks=pair["chunks"],
            agreed=pair["agreed"],
            kappa=t("not defined") if pair["kappa"] is None else t.number(pair["kappa"], 2),
        )
    severity = t(
        "Severity: up to 1 % none, 10 % mild, 50 % moderate, more severe (Donner, Rickbeil & Heron 2017)."
    )
    yield f"{severity} {t(LIMITATIONS)}"


def _worth(name: str, manifest: Manifest, t: Texts) -> Iterable[str]:
    measures = {  # as the card of the model names them
        "balanced accuracy": t("balanced accuracy"),
        "bleached recall": t("bleached recall"),
        "healthy recall": t("healthy recall"),
        "not coral recall": t("not coral recall"),
    }
    seen = t("survey photos that it had not seen, of reefs that it had")
    unseen = t("survey photos of a sea that it had not seen")
    groups = {"surveys, photo left out": seen, "surveys, sea left out": unseen}  # of the bundled models
    named = dict.fromkeys(key.partition(": ")[0] for key in manifest.figures if ": " in key)
    if not groups.keys() <= named.keys():
        groups = {group: group for group in list(named)[:_MOST_GROUPS]}
    for group, described in groups.items():
        told = [
            f"{words} {t.number(value, 3)}"
            for measure, words in measures.items()
            if isinstance(value := manifest.figures.get(f"{group}: {measure}"), float)
        ]
        if told:
            figures = ", ".join(told)
            yield t("Measured for {name} ({group}): {figures}.", name=name, group=described, figures=figures)
