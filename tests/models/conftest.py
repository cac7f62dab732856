"""A corpus drawn from three topics that are known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from textkit.matrix import DocumentTermMatrix


class Planted(NamedTuple):
    dtm: DocumentTermMatrix
    topic_term: np.ndarray
    doc_topic: np.ndarray


@pytest.fixture(scope="session")
def planted() -> Planted:
    """90 documents of 80 tokens; topic k owns ten terms and shares five with all; topic 0 is the commonest."""
    rng = np.random.default_rng(20)
    k, own, common = 3, 10, 5
    beta = np.zeros((k, k * own + common))
    for topic in range(k):
        beta[topic, topic * own : (topic + 1) * own] = rng.gamma(2.0, size=own) + 0.5
    beta[:, k * own :] = 1.0
    beta /= beta.sum(axis=1, keepdims=True)
    theta = rng.dirichlet([0.5, 0.3, 0.15], size=90)
    counts = np.stack([rng.multinomial(80, share @ beta) for share in theta])
    terms = [f"{'甲乙丙'[topic]}{i}" for topic in range(k) for i in range(own)] + [f"共{i}" for i in range(common)]
    docs = pd.DataFrame({"year": np.repeat([2019, 2020, 2021], 30)}, index=[f"d{i:02}" for i in range(90)])
    return Planted(DocumentTermMatrix(counts, terms, docs), beta, theta)
