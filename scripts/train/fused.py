"""Convolution + frozen batch norm + ReLU6 as one oneDNN call.

The backbone keeps its batch-norm statistics while it is trained (they were
re-estimated once), so scale and shift can be folded into the convolution on
the fly; gain, shift and weights still learn. On one CPU core this halves the
time of a step: no separate batch norm, no separate clamp, bfloat16 products.
"""

import torch
import torch.nn.functional as F


def _has_pointwise():
    try:
        torch.ops.mkldnn._convolution_pointwise
        return torch.backends.mkldnn.is_available()
    except AttributeError:
        return False


HAS_POINTWISE = _has_pointwise()


class _ConvReLU6(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b, stride, pad, groups):
        y = torch.ops.mkldnn._convolution_pointwise(
            x, w, b, [pad, pad], [stride, stride], [1, 1], groups, "hardtanh", [0.0, 6.0], "")
        ctx.save_for_backward(x, w, y)
        ctx.args = (stride, pad, groups)
        return y

    @staticmethod
    def backward(ctx, grad):
        x, w, y = ctx.saved_tensors
        stride, pad, groups = ctx.args
        grad = torch.ops.aten.hardtanh_backward(
            grad.contiguous(memory_format=torch.channels_last), y, 0.0, 6.0)
        # oneDNN has no fast bfloat16 gradient of a strided depthwise convolution.
        slow = stride == 2 and groups > 1 and x.dtype == torch.bfloat16
        if slow:
            grad, x, w = grad.float(), x.float(), w.float()
        dx, dw, db = torch.ops.aten.convolution_backward(
            grad, x, w, [w.shape[0]], [stride, stride], [pad, pad], [1, 1], False, [0, 0],
            groups, [ctx.needs_input_grad[0], ctx.needs_input_grad[1], ctx.needs_input_grad[2]])
        if slow:
            dx, dw, db = (None if t is None else t.bfloat16() for t in (dx, dw, db))
        return dx, dw, db, None, None, None


def same_pad(x):
    """Padding of a stride-2 3x3 convolution as TensorFlow's SAME: on even sizes right and below only."""
    height, width = x.shape[-2:]
    return F.pad(x, (width % 2, 1, height % 2, 1))


def conv_bn_act(conv, bn, x, act):
    """`bn(conv(x))` with frozen statistics, then ReLU6 if `act`."""
    gain = bn.weight * torch.rsqrt(bn.running_var + bn.eps)
    bias = bn.bias - bn.running_mean * gain
    weight = conv.weight * gain.view(-1, 1, 1, 1)
    stride, pad = conv.stride[0], conv.padding[0]
    if stride == 2 and pad == 0:
        x = same_pad(x)
    if torch.is_autocast_enabled("cpu"):
        dtype = torch.get_autocast_dtype("cpu")
        x, weight, bias = x.to(dtype), weight.to(dtype), bias.to(dtype)
    weight = weight.contiguous(memory_format=torch.channels_last)
    if act and HAS_POINTWISE:
        return _ConvReLU6.apply(x, weight, bias, stride, pad, conv.groups)
    y = F.conv2d(x, weight, bias, stride, pad, 1, conv.groups)
    return F.relu6(y) if act else y
