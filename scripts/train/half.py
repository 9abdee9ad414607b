"""Half-precision copy of an exported network, for GPUs: bytes in, float16 inside, float32 out.

    python half.py models/bokashi-v1.fp32.onnx models/bokashi-v1.fp16.onnx
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def halve(path, out):
    model = onnx.load(path)
    graph = model.graph
    ours = {x for n in graph.node if n.op_type != "Resize" for x in n.input}  # Resize's scales stay float32
    for t in graph.initializer:
        if t.data_type == TensorProto.FLOAT and t.name in ours:
            t.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(t).astype(np.float16), t.name))
    for n in graph.node:
        if n.op_type == "Cast":
            for a in n.attribute:
                a.i = TensorProto.FLOAT16
    for o in graph.output:
        last = next(n for n in graph.node if o.name in n.output)
        last.output[0] = f"{o.name}.half"
        graph.node.append(helper.make_node("Cast", [f"{o.name}.half"], [o.name], f"{o.name}_node_float",
                                           to=TensorProto.FLOAT))
    onnx.checker.check_model(model)
    onnx.save(model, out)


if __name__ == "__main__":
    halve(*sys.argv[1:])
