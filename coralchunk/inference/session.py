"""Open an ONNX graph with the options that every model of this server runs with."""

import onnxruntime as ort

from coralchunk.errors.setup import BadModel


def open_session(onnx: bytes, name: str, threads: int = 1, *, has_wide_sums: bool) -> ort.InferenceSession:
    """Load a graph for the CPU. Raises BadModel, naming the model.

    has_wide_sums  whether the processor adds int8 products up in 32 bits (x86: VNNI). Without that,
                   ONNX Runtime's fast path overflows and one photo has two answers; its exact path takes
                   twice as long (measured: 14 ms a chunk instead of 7), so it is taken only there.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", "0" if has_wide_sums else "1")
    try:
        return ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    # ONNX Runtime's own exceptions share no base class below Exception; this is the border to it.
    except Exception as damage:
        raise BadModel(f"{name} cannot be loaded: {damage}") from damage
