"""Run the fuzzer: python -m fuzz corpus FOLDER | decode FOLDER [libFuzzer's options]."""

import sys
from pathlib import Path


def main() -> None:
    """Run one of the two."""
    match sys.argv[1:]:
        case ["corpus", folder]:
            from fuzz.corpus import write_corpus

            sys.stdout.write(f"{write_corpus(Path(folder))} seeds in {folder}\n")
        case ["decode", *arguments]:
            # Not at the top: the corpus must be written without atheris, which is built for Linux alone.
            from fuzz.decode import main as fuzz

            fuzz(arguments)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
