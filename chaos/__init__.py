"""Inject faults into a working server, one after the other, and check that nothing was lost.

python -m chaos --seconds 180 --seed 1
"""
