"""Networks leave for other tools: a model goes in; an ONNX model, C, JAX or PyTorch source comes out.

Of a trained network with its table the preparation of the columns goes along: raw rows go into the file, and labels
and probabilities come out. In reading order:

    to_file         the door: a network, or a compiled function, becomes a file
    network         a network for each row, as arrays
    dates_as_days   a date as one number, and what the network learnt from of it
    rows            the same between raw rows and labels
    missing_marks   the texts that stand for a missing cell
    onnx_rows       as ONNX: a tensor for each column
    estimators      scikit-learn's estimators of ours, and pipelines of scalers and one
    python_rows     as source for JAX or PyTorch: a function of columns
    c_rows          as C: a function of one row
"""

from nn.export.to_file import export as export
