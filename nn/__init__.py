"""A neural network library on the scalar engine. For now: micrograd's networks, in `nn.micrograd`."""
