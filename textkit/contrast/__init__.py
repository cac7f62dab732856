"""Two sides to compare, target and reference: what `keyness` and the statistics around it share.

``sides`` chooses documents and counts them, ``outside`` takes a frequency list or another matrix for the reference,
``kernels`` holds one function for each measure, ``rows`` makes the table, ``replicates`` the bootstrap intervals.
"""
