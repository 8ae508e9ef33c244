"""Test that tensors become the labels, boxes and scores that were computed by hand."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from coralchunk.errors.networks import BadTensor
from coralchunk.networks.postprocessing import Output, PostProcessing, PostProcessings
from coralchunk.networks.predictions import Answer
from coralchunk.networks.recognition import Ran, recognise
from coralchunk.networks.resizing import WHOLE, Frame

ALL = Answer(show_discarded=True, max_predictions=100)


def output(ids: tuple[int, ...], roi: str = "NONE", *, exclusive: bool = True) -> Output:
    labels = [{"id": one, "name": f"label {one}"} for one in ids]
    return Output.model_validate({"labels": {"labels": labels, "exclusive": exclusive, "roi": roi}})


def run(
    tensors: dict[str, Any],
    how: dict[str, Any],
    one: Output,
    answer: Answer = ALL,
    frame: Frame = WHOLE,
    inputs: dict[str, Any] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    ran = Ran(
        {name: np.array(value, dtype=np.float32) for name, value in (inputs or {}).items()},
        {name: np.array(value, dtype=np.float32) for name, value in tensors.items()},
        frame,
    )
    told: Any = recognise(ran, [one], [PostProcessing.model_validate(how)], answer)
    return told["outputs"][0]["labels"]


def classified(scores: Any, one: Output, answer: Answer = ALL, **fields: Any) -> dict[str, Any]:
    return run({"prob": scores}, {"classification": {"output_tensor": "prob"} | fields}, one, answer)


def test_labels_are_told_best_first_with_exactly_their_keys() -> None:
    told = classified([[0.25, 0.5, 0.015625]], output((7, 3, 5)))

    assert told == {
        "predicted": [
            {"label_id": 3, "label_name": "label 3", "score": 0.5, "threshold": 0.025},
            {"label_id": 7, "label_name": "label 7", "score": 0.25, "threshold": 0.025},
        ],
        "discarded": [{"label_id": 5, "label_name": "label 5", "score": 0.015625, "threshold": 0.025}],
    }


@pytest.mark.parametrize(
    ("exclusive", "roi", "threshold"),
    [(True, "NONE", 0.025), (False, "NONE", 0.5), (True, "BBOX", 0.8), (False, "BBOX", 0.8)],
)
def test_thresholds_have_the_published_defaults(exclusive: bool, roi: str, threshold: float) -> None:
    assert output((1,), roi, exclusive=exclusive).labels.default_threshold == threshold


def test_a_score_at_its_threshold_is_predicted() -> None:
    how = {"classification": {"output_tensor": "prob", "thresholds": [0.5, 0.75]}}

    told = run({"prob": [0.5, 0.5]}, how, output((1, 2)))

    assert [one["label_id"] for one in told["predicted"]] == [1]
    assert [(one["label_id"], one["threshold"]) for one in told["discarded"]] == [(2, 0.75)]


def test_what_was_discarded_is_told_only_on_request() -> None:
    assert classified([0.9, 0.01], output((1, 2)), Answer())["discarded"] == []


def test_max_predictions_bounds_each_list() -> None:
    scores = [0.9, 0.8, 0.7, 0.02, 0.01, 0.005]

    told = classified(scores, output(tuple(range(6))), Answer(show_discarded=True, max_predictions=2))

    assert [one["label_id"] for one in told["predicted"]] == [0, 1]
    assert [one["label_id"] for one in told["discarded"]] == [3, 4]


@pytest.mark.parametrize(
    "shape", [(3,), (1, 3), (1, 3, 1, 1), (1, 1, 1, 3)], ids=lambda shape: "x".join(map(str, shape))
)
def test_sides_of_one_do_not_matter_for_scores(shape: tuple[int, ...]) -> None:
    told = classified(np.array([0.25, 0.5, 0.125]).reshape(shape), output((0, 1, 2)))

    assert [one["label_id"] for one in told["predicted"]] == [1, 0, 2]


@pytest.mark.parametrize("scores", [[0.5], [0.1] * 3, [math.nan, 0.5]], ids=["few", "many", "no numbers"])
def test_scores_that_do_not_fit_the_labels_are_an_error(scores: list[float]) -> None:
    with pytest.raises(BadTensor, match="'prob'"):
        classified(scores, output((0, 1)))


def boxes_of(told: dict[str, Any], name: str = "predicted") -> list[tuple[int, list[float]]]:
    sides = ("xmin", "ymin", "xmax", "ymax")
    return [(one["label_id"], [one["roi"]["bbox"][side] for side in sides]) for one in told[name]]


DIRECT = {"direct_output": {"boxes_tensor": "boxes", "scores_tensor": "scores", "classes_tensor": "classes"}}


def direct(**tensors: Any) -> dict[str, Any]:
    return tensors


def test_direct_boxes_are_ymin_first_and_classes_are_label_ids() -> None:
    tensors = direct(boxes=[[[0.25, 0.5, 0.75, 1.0], [0, 0, 1, 1]]], scores=[[0.9, 0.95]], classes=[[7, 8]])

    told = run(tensors, {"detection": DIRECT}, output((3, 7), "BBOX"))

    assert boxes_of(told) == [(7, [0.5, 0.25, 1.0, 0.75])]
    assert told["predicted"][0] == {
        "label_id": 7,
        "label_name": "label 7",
        "score": pytest.approx(0.9),
        "threshold": 0.8,
        "roi": {"region_id": 1, "bbox": {"xmin": 0.5, "ymin": 0.25, "xmax": 1.0, "ymax": 0.75}},
    }


def test_overlaps_are_suppressed_within_a_label_only() -> None:
    # The first two share half of 1.5 boxes: a Jaccard index of a third.
    tensors = direct(
        boxes=[[0, 0, 1, 0.5], [0, 0.25, 1, 0.75], [0, 0, 1, 0.5]],
        scores=[0.9, 0.85, 0.95],
        classes=[1, 1, 2],
    )

    kept = {
        limit: boxes_of(
            run(tensors, {"detection": DIRECT | {"nms_threshold": limit}}, output((1, 2), "BBOX"))
        )
        for limit in (0.25, 0.5)
    }

    assert [label for label, _ in kept[0.25]] == [2, 1]
    assert [label for label, _ in kept[0.5]] == [2, 1, 1]


def test_hypotheses_under_the_discard_threshold_vanish() -> None:
    tensors = direct(boxes=[[0, 0, 0.1, 0.1], [0.5, 0.5, 1, 1]], scores=[0.5, 0.01], classes=[1, 1])

    told = run(tensors, {"detection": DIRECT | {"discard_threshold": 0.025}}, output((1,), "BBOX"))

    assert told["predicted"] == []
    assert [one["score"] for one in told["discarded"]] == [0.5]


def test_a_score_of_zero_is_discarded_and_not_lost() -> None:
    told = run(
        direct(boxes=[[0, 0, 1, 1]], scores=[0], classes=[1]), {"detection": DIRECT}, output((1,), "BBOX")
    )

    assert [one["score"] for one in told["discarded"]] == [0]


def test_boxes_in_pixels_are_divided_by_height_and_width() -> None:
    how = {"detection": DIRECT | {"normalize_wrt_tensor": "im_info"}}
    tensors = direct(boxes=[[20, 10, 40, 80]], scores=[0.9], classes=[1])

    told = run(tensors, how, output((1,), "BBOX"), inputs={"im_info": [[40, 80, 1]]})

    assert boxes_of(told) == [(1, [0.125, 0.5, 1.0, 1.0])]


def test_boxes_are_told_of_the_photo_and_cut_at_its_edges() -> None:
    frame = Frame(left=0.5, top=-0.25, width=0.5, height=1.5)
    tensors = direct(boxes=[[0, 0, 1, 0.5]], scores=[0.9], classes=[1])

    told = run(tensors, {"detection": DIRECT}, output((1,), "BBOX"), frame=frame)

    assert boxes_of(told) == [(1, [0.5, 0.0, 0.75, 1.0])]


def test_boxes_that_are_no_numbers_are_left_out() -> None:
    tensors = direct(boxes=[[0, 0, math.nan, 1], [0, 0, 1, 1]], scores=[0.9, math.inf], classes=[1, 1])

    assert run(tensors, {"detection": DIRECT}, output((1,), "BBOX")) == {"predicted": [], "discarded": []}


ANCHORED = {
    "anchored_output": {"anchors_tensor": "rois", "scores_tensor": "cls_prob", "offsets_tensor": "bbox_pred"}
}


def test_anchors_are_moved_and_scaled_by_the_offsets_of_each_label() -> None:
    # Anchor 10..30 x 20..60: width 20, height 40, centre (20, 40).
    still, moved = [0, 0, 0, 0], [0.5, -0.25, math.log(2), math.log(0.5)]
    tensors = {
        "rois": [[0, 10, 20, 30, 60]],
        "cls_prob": [[0.05, 0.9, 0.85]],
        "bbox_pred": [[9, 9, 9, 9, *still, *moved]],
    }
    how = {"detection": ANCHORED | {"normalize_wrt_tensor": "im_info"}}

    told = run(tensors, how, output((1, 2), "BBOX"), inputs={"im_info": [100, 100, 1]})

    (first, box), (second, other) = boxes_of(told)
    assert (first, box) == (1, pytest.approx([0.1, 0.2, 0.3, 0.6]))
    # Centre (20 + 0.5 x 20, 40 - 0.25 x 40) = (30, 30), width 40, height 20.
    assert (second, other) == (2, pytest.approx([0.1, 0.2, 0.5, 0.4]))
    assert {one["roi"]["region_id"] for one in told["predicted"]} == {1}


def test_anchors_without_scores_for_the_background_are_an_error() -> None:
    tensors = {"rois": [[0, 0, 0, 1, 1]], "cls_prob": [[0.5, 0.5]], "bbox_pred": [[0] * 12]}

    with pytest.raises(BadTensor, match=r"'cls_prob'.* 1 x 3"):
        run(tensors, {"detection": ANCHORED}, output((1, 2), "BBOX"))


def yolo_grid(cells: dict[tuple[int, int, int], list[float]], anchors: int, depth: int) -> np.ndarray:
    """A grid of 2 rows and 4 columns that sees nothing but in some cells (anchor, row, column)."""
    grid = np.zeros((anchors, depth, 2, 4), dtype=np.float32)
    grid[:, 4] = -100
    for (anchor, row, column), values in cells.items():
        grid[anchor, :, row, column] = values
    return grid.reshape(anchors * depth, 2, 4)


@pytest.mark.parametrize("is_first", [True, False], ids=["channels first", "channels last"])
def test_yolo_cells_become_boxes(is_first: bool) -> None:
    anchors = [1.0, 0.5, 2.0, 1.0]
    cell = [0, math.log(3), math.log(0.5), 0, 100, math.log(9), 0]  # x 0.5, y 0.75, w half, h as the anchor
    grid = yolo_grid({(1, 1, 2): cell}, anchors=2, depth=7)
    tensor = grid[np.newaxis] if is_first else grid.transpose(1, 2, 0)[np.newaxis]
    how = {
        "detection": {"yolo_output": {"output_tensor": "out", "anchors": anchors}, "discard_threshold": 0.05}
    }

    told = run({"out": tensor}, how, output((4, 5), "BBOX"))

    # Centre ((2 + 0.5) / 4, (1 + 0.75) / 2), width 2 x 0.5 / 4, height 1 / 2; the box ends at the edge.
    assert boxes_of(told) == [(4, pytest.approx([0.5, 0.625, 0.75, 1.0]))]
    assert told["predicted"][0]["score"] == pytest.approx(0.9)  # certain x softmax(log 9, 0)
    assert boxes_of(told, "discarded")[0][0] == 5
    (other,) = told["discarded"]
    assert other["score"] == pytest.approx(0.1)
    assert other["roi"]["region_id"] == told["predicted"][0]["roi"]["region_id"]


def test_a_grid_with_other_channels_is_an_error() -> None:
    how = {"detection": {"yolo_output": {"output_tensor": "out", "anchors": [1, 1]}}}

    with pytest.raises(BadTensor, match="1 x 7 = 7 channels"):
        run({"out": np.zeros((1, 8, 2, 2))}, how, output((1, 2), "BBOX"))


SCORES = st.lists(st.floats(0, 1, width=32), min_size=1, max_size=20)


@given(SCORES, st.floats(0, 1, width=32), st.integers(1, 30))
def test_every_label_is_predicted_or_discarded_and_never_both(
    scores: list[float], threshold: float, most: int
) -> None:
    how = {"classification": {"output_tensor": "prob", "thresholds": [threshold] * len(scores)}}
    told = run({"prob": scores}, how, output(tuple(range(len(scores)))), Answer(True, most))

    for name, is_over in (("predicted", True), ("discarded", False)):
        expected = sum((np.float32(one) >= threshold) == is_over for one in scores)
        found = [one["score"] for one in told[name]]
        assert len(found) == min(most, expected)
        assert found == sorted(found, reverse=True)


@given(st.integers(0, 30), st.integers(0, 2**32 - 1))
def test_boxes_lie_in_the_photo_whatever_a_network_gives(count: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    tensors = direct(
        boxes=random.normal(0, 2, (count, 4)),
        scores=random.uniform(0, 1, count),
        classes=random.integers(0, 3, count),
    )

    told = run(tensors, {"detection": DIRECT}, output((0, 1), "BBOX"))

    for _, box in boxes_of(told) + boxes_of(told, "discarded"):
        assert all(0 <= side <= 1 for side in box)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({}, id="no kind"),
        pytest.param({"classification": {}}, id="no tensor"),
        pytest.param({"classification": {"output_tensor": "a"}, "detection": DIRECT}, id="two kinds at once"),
        pytest.param({"detection": DIRECT | ANCHORED}, id="two forms at once"),
        pytest.param({"detection": {}}, id="no form"),
        pytest.param({"detection": DIRECT | {"nms_threshold": 1.5}}, id="an overlap over one"),
        pytest.param(
            {"detection": {"yolo_output": {"output_tensor": "a", "anchors": [1, 2, 3]}}}, id="half an anchor"
        ),
        pytest.param(
            {"classification": {"output_tensor": "a", "thresholds": ["x"]}}, id="a word as threshold"
        ),
    ],
)
def test_a_post_processing_that_contradicts_itself_is_refused(sent: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PostProcessings.model_validate({"post_processings": [sent]})


@pytest.mark.parametrize(
    "labels",
    [
        pytest.param([], id="no labels"),
        pytest.param([{"id": 1, "name": "a"}, {"id": 1, "name": "b"}], id="an id twice"),
        pytest.param([{"id": 1, "name": "a"}, {"id": 2, "name": "a"}], id="a name twice"),
    ],
)
def test_labels_that_are_ambiguous_are_refused(labels: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        Output.model_validate({"labels": {"labels": labels, "exclusive": True, "roi": "NONE"}})
