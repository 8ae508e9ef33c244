"""Arrange a quantised graph anew: the same answers in less time, and for several windows at once.

The convolutions stay as they are, bit for bit. What surrounds them is written for ONNX Runtime on a CPU:

- Pixels stay in rows of red, green and blue; the graph that torch exports moves them into planes and back.
- The first convolution gets a fourth channel of zeros. With three, ONNX Runtime copies 3 bytes at a time,
  which takes twice as long as 4 (measured: 110 and 55 microseconds for a window of 122 px).
- Quantising limits pixels, so they are not clipped before.
- Sums of pixels are sums of whole numbers below 2**24, which are exact in any order.
- What follows the convolutions has half the nodes and 64 bits. In 32 bits the last digit of an answer
  depended on how many windows were given at once: the end of a vector is computed by other instructions.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import NodeProto, TensorProto, numpy_helper
from onnx.parser import parse_graph

from coralchunk.imaging.scene import SCENE_NUMBERS, STEPS
from research.limits import (
    COARSER,
    COLOUR_LARGEST,
    EPSILON,
    FARTHEST,
    LEAST_LIGHT,
    LEAST_SPREAD,
    LEAST_STEP,
    SCALE,
    STEEPNESS,
)

AT_ONCE: Final = 12  # windows; measured under load: faster than 4 and 8 by 8 and 2 %, and than 24 by 5 %
_FULL: Final = 255  # of a pixel, and of a quantised value
_COLOURS_OF_A_PIXEL: Final = 3
_STEM: Final = "network.backbone.stem.layer.weight_quantized"

_PIXELS: Final = """
    rows = Reshape(windows, rows_shape)
    level = Cast<to=1>(rows)
    light = Div(level, full)
    statistics = Reshape(scene, one_row)
    photo_mean, photo_spread_any, quantiles, photo_saturation = Split<axis=1>(statistics, parts)
    photo_spread = Clip(photo_spread_any, least_spread)
    photo_spread_inverse = Reciprocal(photo_spread)
    photo_scale = Mul(photo_spread_inverse, scale)
    photo_scale_column = Reshape(photo_scale, one_column)
    photo_scales = Mul(photo_scale_column, fourth_channel)
    photo_offset = Mul(photo_mean, photo_scale)
    photo_offset_padded = Pad(photo_offset, one_more)
    photo_offsets = Tile(photo_offset_padded, along_row)
    pixels = Reshape(light, pixels_shape)
    scaled_pixels = MatMul(pixels, photo_scales)
    scaled = Reshape(scaled_pixels, padded_rows_shape)
    standard_rows = Sub(scaled, photo_offsets)
    seen_rows = QuantizeLinear(standard_rows, seen_scale, seen_zero)
    seen_pixels = Reshape(seen_rows, image_shape)
    seen = Transpose<perm=[0, 3, 1, 2]>(seen_pixels)
"""

_COLOURS: Final = """
    level_inside, level_left = Split<axis=1>(level, rows_inside)
    groups = Reshape(level_inside, groups_shape)
    grouped = ReduceSum<keepdims=0>(groups, second)
    inside_sums = ReduceSum<keepdims=0>(grouped, first)
    left_sums = ReduceSum<keepdims=0>(level_left, first)
    column_sums = Add(inside_sums, left_sums)
    columns = Reshape(column_sums, columns_shape)
    sums = ReduceSum<keepdims=0>(columns, first)
    grouped_inside = Slice(grouped, none, values_inside, second)
    cell_rows = Reshape(grouped_inside, cells_shape)
    cells = MatMul(cell_rows, pool)
    brightest = ReduceMax<axes=[2], keepdims=0>(cells)
    darkest = ReduceMin<axes=[2], keepdims=0>(cells)
    brightest_wide = Cast<to=11>(brightest)
    darkest_wide = Cast<to=11>(darkest)
    colourfulness = Sub(brightest_wide, darkest_wide)
    divisor = Clip(brightest_wide, least_bright)
    saturations = Div(colourfulness, divisor)
    saturation = ReduceMean<axes=[1], keepdims=1>(saturations)
    sums_wide = Cast<to=11>(sums)
    colour = Div(sums_wide, all_light)
    brightness = ReduceMean<axes=[1], keepdims=1>(colour)
    statistics_wide = Cast<to=11>(statistics)
    mean, spread_any, steps, scene_saturation = Split<axis=1>(statistics_wide, parts)
    scene_spread = Clip(spread_any, least_spread_wide)
    apart_colour = Sub(colour, mean)
    beside_colour = Div(apart_colour, scene_spread)
    step_low = Slice(steps, none, one_less, first)
    step_high = Slice(steps, one_on, all_steps, first)
    step_any = Sub(step_high, step_low)
    step = Clip(step_any, least_step)
    above = Sub(brightness, step_low)
    passed_any = Div(above, step)
    passed = Clip(passed_any, zero, one)
    percentile = ReduceMean<axes=[1], keepdims=1>(passed)
    beside_saturation = Sub(saturation, scene_saturation)
    beside_any = Concat<axis=1>(beside_colour, percentile, beside_saturation)
    beside = Clip(beside_any, minus_largest, largest)
    colour_lit = Clip(colour, least_light)
    colour_log = Log(colour_lit)
    against_green = MatMul(colour_log, green_apart)
    numbers_any = Concat<axis=1>(beside, saturation, brightness, against_green)
    numbers = Mul(numbers_any, number_scales)
"""

_DECISIONS: Final = """
    last_pixels = Transpose<perm=[0, 2, 3, 1]>(last)
    map_narrow = DequantizeLinear(last_pixels, last_scale, last_zero)
    map_wide = Cast<to=11>(map_narrow)
    map = Reshape(map_wide, map_shape)
    channel_means = ReduceMean<axes=[1], keepdims=1>(map)
    apart = Sub(map, channel_means)
    squares = Mul(apart, apart)
    variance = ReduceMean<axes=[1], keepdims=0>(squares)
    variance_above = Add(variance, epsilon)
    channel_spread = Sqrt(variance_above)
    channel_mean = Squeeze(channel_means, first)
    described = Concat<axis=1>(channel_mean, channel_spread)
    features = Concat<axis=1>(described, numbers)
    around_middle = Sub(features, middle)
    embedding = Div(around_middle, spread)
    texture_wide = Slice(embedding, none, texture_length, first)
    texture = Cast<to=1>(texture_wide)
    around_known = Sub(described, known_middle)
    placed = MatMul(around_known, directions)
    placed_once = Unsqueeze(placed, first)
    gaps = Sub(placed_once, examples)
    gap_squares = Mul(gaps, gaps)
    distances = ReduceSum<keepdims=0>(gap_squares, second)
    nearest = ReduceMin<axes=[1], keepdims=1>(distances)
    distance_wide = Sqrt(nearest)
    distance_narrow = Cast<to=1>(distance_wide)
    distance = Squeeze(distance_narrow, first)
    odds = Gemm(embedding, both_weights, both_biases)
    odds_exponential = Exp(odds)
    odds_more = Add(odds_exponential, one)
    odds_softplus = Log(odds_more)
    logits = Gemm(odds_softplus, outcomes, shift)
    sharp = Softmax<axis=1>(logits)
    times_far = Div(distance_wide, far)
    beyond = Sub(times_far, one)
    beyond_steep = Mul(beyond, steepness)
    fade = Sigmoid(beyond_steep)
    third = Div(fade, labels)
    kept = Sub(one, fade)
    sharp_kept = Mul(kept, sharp)
    probabilities_wide = Add(sharp_kept, third)
    probabilities = Cast<to=1>(probabilities_wide)
"""


class NotLimited(ValueError):
    """Quantised pixels can be beyond the limit at which they were clipped before."""


def arrange(graph: bytes, temperature: float, far: float) -> bytes:
    """Return the graph that quantise.quantise returned, arranged anew; an arranged one as it is.

    temperature  and
    far          as served.Served has them

    Raises NotLimited.
    """
    model = onnx.load_from_string(graph)
    if _has_wide_stem(model):
        return graph
    known = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    maker = {name: node for node in model.graph.node for name in node.output}
    first, last = _ends(model)
    core = _core(maker, first, last)
    feed = maker[first]
    read = next(node for node in model.graph.node if last in node.input)
    _check_limits(known[feed.input[1]], known[feed.input[2]])
    renamed = {
        "seen": first, "seen_scale": feed.input[1], "seen_zero": feed.input[2],
        "last": last, "last_scale": read.input[1], "last_zero": read.input[2],
    }  # fmt: skip
    side = model.graph.input[0].type.tensor_type.shape.dim[1].dim_value
    constants = _of_pixels(side) | _of_colours(side, known) | _of_decisions(known, temperature, far)
    nodes = [*_parsed(_PIXELS + _COLOURS, renamed), *core, *_parsed(_DECISIONS, renamed)]
    used = {name for node in nodes for name in node.input}
    kept = [one for one in model.graph.initializer if one.name in used and one.name not in constants]
    del model.graph.node[:], model.graph.initializer[:], model.graph.value_info[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(kept)
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    _widen_stem(model)
    onnx.checker.check_model(model)
    arranged: bytes = model.SerializeToString()
    return arranged


def _check_limits(scale: NDArray[Any], zero: NDArray[Any]) -> None:
    """Raise NotLimited unless quantising limits standardised pixels to where they were clipped."""
    low, high = (np.rint(limit / scale) + zero for limit in (-FARTHEST * SCALE, FARTHEST * SCALE))
    if low > 0 or high < _FULL:
        raise NotLimited(f"pixels are clipped to {low:g} to {high:g} of {_FULL}: keep the clip")


def _ends(model: onnx.ModelProto) -> tuple[str, str]:
    """Name what the first convolution reads and what the last one gives, both quantised."""
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    by_output = {name: node for node in model.graph.node for name in node.output}
    after = {node.input[0]: node.output[0] for node in model.graph.node if node.op_type == "QuantizeLinear"}
    return by_output[convolutions[0].input[0]].input[0], after[convolutions[-1].output[0]]


def _core(maker: Mapping[str, NodeProto], first: str, last: str) -> list[NodeProto]:
    """Return the nodes between two values, each after those it needs."""
    done: dict[str, NodeProto] = {}

    def visit(name: str) -> None:
        node = maker.get(name)
        if node is None or name == first or name in done:
            return
        for needed in node.input:
            visit(needed)
        done[name] = node

    visit(last)
    return list(done.values())


def _parsed(text: str, renamed: Mapping[str, str]) -> list[NodeProto]:
    nodes = list(parse_graph(f"part (float windows) => (float out) {{ {text} }}").node)
    for node in nodes:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.output[:] = [renamed.get(name, name) for name in node.output]
    return nodes


def _has_wide_stem(model: onnx.ModelProto) -> bool:
    channels: int = _stem(model).dims[1]
    return channels > _COLOURS_OF_A_PIXEL


def _stem(model: onnx.ModelProto) -> TensorProto:
    stem: TensorProto = next(one for one in model.graph.initializer if one.name == _STEM)
    return stem


def _widen_stem(model: onnx.ModelProto) -> None:
    """Give the first convolution a fourth channel, which counts nothing."""
    weights = _stem(model)
    narrow = numpy_helper.to_array(weights)
    wide = np.pad(narrow, [(0, 0), (0, 1), (0, 0), (0, 0)])
    weights.CopyFrom(numpy_helper.from_array(wide, _STEM))


def _of_pixels(side: int) -> dict[str, NDArray[Any]]:
    return {
        "rows_shape": _shape(0, side, 3 * side),
        "full": _narrow(_FULL),
        "one_row": _shape(1, SCENE_NUMBERS),
        "parts": _shape(3, 3, STEPS, 1),
        "least_spread": _narrow(LEAST_SPREAD),
        "scale": _narrow(SCALE),
        "one_column": _shape(3, 1),
        "fourth_channel": np.eye(3, 4, dtype=np.float32),
        "one_more": _shape(0, 0, 0, 1),
        "along_row": _shape(1, side),
        "pixels_shape": _shape(0, side * side, 3),
        "padded_rows_shape": _shape(0, side, 4 * side),
        "image_shape": _shape(0, side, side, 4),
    }


def _of_colours(side: int, known: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    cells = side // COARSER
    return {
        "none": _shape(0),
        "first": _shape(1),
        "second": _shape(2),
        "rows_inside": _shape(cells * COARSER, side - cells * COARSER),
        "groups_shape": _shape(0, cells, COARSER, 3 * side),
        "columns_shape": _shape(0, side, 3),
        "values_inside": _shape(3 * cells * COARSER),
        "cells_shape": _shape(0, cells * cells, 3 * COARSER),
        "pool": np.tile(np.eye(3, dtype=np.float32), (COARSER, 1)),
        "least_bright": _wide(COARSER**2),  # 1 of 255, as a sum over a cell
        "all_light": _wide(_FULL * side * side),
        "least_spread_wide": _wide(LEAST_SPREAD),
        "one_less": _shape(STEPS - 1),
        "one_on": _shape(1),
        "all_steps": _shape(STEPS),
        "least_step": _wide(LEAST_STEP),
        "zero": _wide(0),
        "one": _wide(1),
        "minus_largest": _wide(-COLOUR_LARGEST),
        "largest": _wide(COLOUR_LARGEST),
        "least_light": _wide(LEAST_LIGHT),
        "green_apart": _wide([[1, 0], [-1, -1], [0, 1]]),
        "number_scales": _wide(known["network.colour_scale"]),
    }


def _of_decisions(
    known: Mapping[str, NDArray[Any]], temperature: float, far: float
) -> dict[str, NDArray[Any]]:
    weights, bias = _wide(known["weights"]), _wide(known["bias"])
    # Of softplus(-coral), softplus(-pale), softplus(coral), softplus(pale): minus the logarithms of the
    # probabilities of coral, of pale coral, of no coral and of coral that is not pale.
    outcomes = -_wide([[1, 1, 0], [1, 0, 0], [0, 0, 1], [0, 1, 0]]) / temperature
    return {
        "map_shape": _shape(0, -1, len(known["texture.1"]) // 2),
        "epsilon": _wide(EPSILON),
        "middle": _wide(known["middle"]),
        "spread": _wide(known["spread"]),
        "texture_length": _shape(len(known["texture.1"])),
        "known_middle": _wide(known["texture.1"]),
        "directions": _wide(known["directions"]),
        "examples": _wide(next(value for name, value in known.items() if name.startswith("onnx::Sub"))),
        "both_weights": np.concatenate([-weights, weights], axis=1),
        "both_biases": np.concatenate([-bias, bias]),
        "outcomes": outcomes,
        "shift": _wide(known["shift"]),
        "far": _wide(far),
        "steepness": _wide(STEEPNESS),
        "labels": _wide(3),
    }


def _shape(*sizes: int) -> NDArray[np.int64]:
    return np.array(sizes, dtype=np.int64)


def _narrow(value: ArrayLike) -> NDArray[np.float32]:
    return np.array(value, dtype=np.float32)


def _wide(value: ArrayLike) -> NDArray[np.float64]:
    return np.array(value, dtype=np.float64)
