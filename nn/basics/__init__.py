"""What everything in `nn` stands on: names, numbers drawn at random, files, optional packages; what a parameter is.

In reading order:

    lookup         things by name; an unknown one proposes the nearest
    checks         numbers that people choose, checked
    optional       packages that only some of us need
    forms          what a document has to look like
    randomness     where random numbers come from
    streams        stdout and stderr that end no run
    storage        files that are whole or not there
    spreadsheet    CSV that no spreadsheet program computes with
    not_numbers    bytes, moments, spans: what is taken for numbers, and is none
    rows           samples of any kind, row by row
    nonfinite      where NaN and infinity come from
    probabilities  whether outputs are such
    parameters     a module's parameters and their names
    column_names   columns by the names that they had in training
    mode           whether a model is trained or asked
    stand_in       when a compiled program may stand in for a model
    description    what a training depends on, in words and numbers
    forward        a model's program for many samples, recorded once
    prediction     the outputs of a model for many samples at once
"""
