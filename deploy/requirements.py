"""Print the requirements of setup.cfg: python deploy/requirements.py setup.cfg EXTRA ..."""

import configparser
import sys

setup = configparser.ConfigParser()
setup.read(sys.argv[1])
lists = [setup["options"]["install_requires"]]
lists += [setup["options.extras_require"][extra] for extra in sys.argv[2:]]
sys.stdout.write("\n".join(line.strip() for one in lists for line in one.splitlines() if line.strip()) + "\n")
