"""What everything in `nn` stands on: names, numbers drawn at random, files, optional packages.

lookup       things by name; an unknown one proposes the nearest
optional     packages that only some of us need
randomness   where random numbers come from
storage      files that are whole or not there
fingerprint  what a model's program depends on besides its parameters
prediction   the outputs of a model for many samples at once
"""
