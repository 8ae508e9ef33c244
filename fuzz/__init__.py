"""Fuzz imaging.decode with mutated files.

python -m fuzz corpus fuzz/corpus        # generate the seeds
python -m fuzz decode fuzz/corpus        # libFuzzer's options may follow, as -max_total_time=60
"""
