"""textkit: text as data, Chinese first.

Read a folder of documents, clean them with an audit trail, cut them into words, count, weigh and compare them,
fit topic models, and draw figures that can be reproduced byte for byte.

>>> import textkit as tk
>>> words = tk.tokenize(tk.Corpus(["网格化管理", "加强管理"]))
>>> tk.count(words).vocabulary.terms
('网格化', '管理', '加强')
"""

import lazy_loader as _lazy

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = _lazy.attach_stub(__name__, __file__)
