"""Build the first bundled model: `python -m research --data ../shared/data`."""

import hashlib
import json
from pathlib import Path

import click
import cv2
import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from coralchunk.terms import Windows
from research.backbone import EMBEDDING, INPUT_PX, Backbone, pretrained
from research.pixels import cut
from research.quantise import quantise
from research.sources import read_tiles, read_web

NAME, VERSION = "coralchunk-lite0", "0.1.0"
CLASSES = ("bleached", "healthy", "not_coral")


class Served(nn.Module):
    """The graph that the server runs."""

    def __init__(self, backbone: Backbone, weights: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(EMBEDDING, 3)
        self.head.weight = nn.Parameter(weights)
        self.head.bias = nn.Parameter(bias)

    def forward(self, windows: Tensor) -> Tensor:
        """Judge (N, 224, 224, 3) uint8."""
        pixels = (windows.permute(0, 3, 1, 2).float() - 127) / 128
        return torch.softmax(self.head(self.backbone(pixels)), dim=1)


def shrink(windows: Windows) -> Windows:
    """Scale windows as the server does."""
    return np.stack([cv2.resize(w, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_AREA) for w in windows])


def embed(backbone: Backbone, windows: Windows) -> np.ndarray:
    """Embed scaled windows, one by one."""
    with torch.inference_mode():
        pixels = ((torch.from_numpy(w).permute(2, 0, 1)[None].float() - 127) / 128 for w in windows)
        return np.array([backbone(row)[0].numpy() for row in pixels])


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True)
@click.option("--models", type=click.Path(path_type=Path), default=Path("models"))
def main(data: Path, models: Path) -> None:
    """Train the head, measure it across groups, export."""
    torch.manual_seed(0)
    patches = [p for p in read_tiles(data) + read_web(data) if p.label in CLASSES]
    labels = np.array([p.label for p in patches])
    groups, sites = np.array([p.group for p in patches]), np.array([p.site for p in patches])
    backbone = pretrained()
    small = shrink(cut(patches)[0])
    features = embed(backbone, small)
    head = make_pipeline(StandardScaler(), LogisticRegression(C=0.003, class_weight="balanced", max_iter=500))
    folds = StratifiedGroupKFold(5, shuffle=True, random_state=0).split(features, labels, groups)
    guessed = np.empty_like(labels)
    for train, test in folds:
        guessed[test] = head.fit(features[train], labels[train]).predict(features[test])
    elsewhere = np.empty_like(labels)
    for site in np.unique(sites):
        out = sites == site
        elsewhere[out] = head.fit(features[~out], labels[~out]).predict(features[out])
    figures = {
        "balanced accuracy, 5 folds by photo": round(recall_score(labels, guessed, average="macro"), 3),
        "balanced accuracy, each site left out": round(recall_score(labels, elsewhere, average="macro"), 3),
        "healthy Eilat coral called bleached when Eilat is left out": round(
            float(np.mean(elsewhere[(sites == "eilat") & (labels == "healthy")] == "bleached")), 3
        ),
        "patches": len(labels),
    }
    head.fit(features, labels)
    scaler, linear = head[0], head[1]
    weights = linear.coef_ / scaler.scale_
    bias = linear.intercept_ - weights @ scaler.mean_
    served = Served(backbone, torch.tensor(weights).float(), torch.tensor(bias).float()).eval()
    path = models / f"{NAME}-{VERSION}.onnx"
    torch.onnx.export(
        served,
        (torch.zeros(1, INPUT_PX, INPUT_PX, 3, dtype=torch.uint8),),
        str(path),
        dynamo=False,
        opset_version=17,
        input_names=["windows"],
        output_names=["probabilities"],
        dynamic_axes={"windows": {0: "n"}, "probabilities": {0: "n"}},
    )
    spread = np.random.default_rng(0).choice(len(patches), 150, replace=False)
    path.write_bytes(
        quantise(path.read_bytes(), [{"windows": window[np.newaxis]} for window in small[spread]])
    )
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    manifest = {
        "name": NAME,
        "version": VERSION,
        "sha256": sha256,
        "licence": "Apache-2.0",
        "labels": ["bleached", "healthy", "not coral"],
        "preprocessing": {"input_px": INPUT_PX, "resize": "area", "scene": False},
        "thresholds": {"unsure_below": 0.5},
        "calibration": {"method": "none", "temperature": 1.0, "fitted_on": "nothing"},
        "training_data": [
            {
                "name": site,
                "photos": len({p.photo for p in patches if p.site == site}),
                "licence": "not stated by the source",
                "labelled_by": "engineers, by eye" if site.startswith("tayrona") else "the source",
            }
            for site in sorted(set(sites.tolist()))
        ],
        "figures": figures,
    }
    (models / f"{NAME}-{VERSION}.json").write_text(json.dumps(manifest, indent=2) + "\n")
    (models / "models.txt").write_text(f"{NAME} {VERSION} {sha256} {len(content)} bundled\n")
    lines = "\n".join(f"- {name}: {value}" for name, value in figures.items())
    (models / f"{NAME}-{VERSION}.md").write_text(
        f"# {NAME} {VERSION}\n\nA frozen EfficientNet-Lite0 and a linear head: something to run, nothing to"
        f" trust. On a sea it has not seen it calls most things bleached.\n\n{lines}\n"
    )
    click.echo(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
