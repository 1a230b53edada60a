"""`python -m nn` is the command `chalkgrad`."""

from nn.cli import main

if __name__ == "__main__":
    main(prog_name="chalkgrad")
