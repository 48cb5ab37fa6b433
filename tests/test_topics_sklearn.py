"""TopicModel as a scikit-learn estimator: the package's own checks, and with texts those that come with numbers.

scikit-learn runs its checks on tables of numbers and leaves out estimators that read text
(``input_tags.two_d_array`` is False). Those of its checks that need no numbers run here as they are; what the others
ask for is asked here with texts.
"""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks, get_tags
from topic_texts import write_texts

from toolkit.errors import InputError
from toolkit.topics import TopicModel

TEXTS, TRUTH = write_texts()

CHECKS = (
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_estimators_unfitted",
    "check_mixin_order",
    "check_transformer_get_feature_names_out",
    "check_set_output_transform",
    "check_global_output_transform_pandas",
)


@pytest.fixture(scope="module")
def fitted() -> TopicModel:
    return TopicModel(n_topics=3).fit(TEXTS)


@pytest.mark.parametrize("name", CHECKS)
def test_topic_model_passes_the_check_of_scikit_learn_when_it_needs_no_numbers(name: str) -> None:
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip(f"this scikit-learn has no {name}")
    check("TopicModel", TopicModel(n_topics=3))


def test_tags_say_that_the_model_reads_text() -> None:
    tags = get_tags(TopicModel()).input_tags
    assert (tags.string, tags.one_d_array, tags.two_d_array) == (True, True, False)


@pytest.mark.parametrize("method", ["fit", "fit_predict", "fit_transform", "score"])
def test_methods_take_y_second_when_in_a_pipeline(method: str) -> None:
    names = list(inspect.signature(getattr(TopicModel, method)).parameters)
    assert names[1:3] == ["texts", "y"]


def test_fit_returns_self_and_leaves_parameters_and_texts_alone() -> None:
    model, texts = TopicModel(n_topics=3), list(TEXTS)
    before = model.get_params()
    assert model.fit(texts) is model
    assert model.get_params() == before
    assert texts == TEXTS
    learnt = {name for name in vars(model) if not name.startswith("_")} - set(before)
    assert all(name.endswith("_") for name in learnt)


def test_predict_and_transform_leave_the_model_as_it_was(fitted: TopicModel) -> None:
    state = pickle.dumps(fitted)
    fitted.predict(TEXTS[:5])
    fitted.transform(TEXTS[:5])
    fitted.score(TEXTS[:5])
    assert pickle.dumps(fitted) == state


def test_transform_is_the_same_when_texts_come_one_by_one_or_in_other_order(fitted: TopicModel) -> None:
    together = fitted.transform(TEXTS[:12])
    single = np.vstack([fitted.transform([text]) for text in TEXTS[:12]])
    np.testing.assert_allclose(single, together, atol=1e-9)
    np.testing.assert_allclose(fitted.transform(TEXTS[:12][::-1])[::-1], together, atol=1e-9)


def test_second_fit_gives_what_a_fresh_one_gives(fitted: TopicModel) -> None:
    used = clone(fitted).fit(TEXTS[:40])
    assert not hasattr(clone(used), "labels_")
    np.testing.assert_array_equal(used.fit(TEXTS).labels_, fitted.labels_)


def test_fit_predict_and_fit_transform_agree_with_fit(fitted: TopicModel) -> None:
    np.testing.assert_array_equal(clone(fitted).fit_predict(TEXTS), fitted.labels_)
    np.testing.assert_allclose(clone(fitted).fit_transform(TEXTS), fitted.doc_topics_)
    np.testing.assert_array_equal(fitted.predict(TEXTS), fitted.labels_)


def test_pickle_gives_the_same_model(fitted: TopicModel) -> None:
    again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 (our own bytes)
    np.testing.assert_array_equal(again.transform(TEXTS[:9]), fitted.transform(TEXTS[:9]))


def test_set_output_gives_a_table_when_pandas_is_asked_for(fitted: TopicModel) -> None:
    model = clone(fitted).set_output(transform="pandas").fit(TEXTS)
    table = model.transform(pd.Series(TEXTS[:4], index=list("wxyz")))
    assert table.columns.tolist() == ["topic0", "topic1", "topic2"]
    assert table.index.tolist() == list("wxyz")


def test_pipeline_names_its_columns(fitted: TopicModel) -> None:
    pipeline = make_pipeline(clone(fitted)).fit(TEXTS)
    assert pipeline.get_feature_names_out().tolist() == ["topic0", "topic1", "topic2"]


@pytest.mark.parametrize("texts", [np.zeros((5, 2)), np.arange(5.0), [[1.0], [2.0]]])
def test_fit_refuses_when_numbers_come_for_texts(texts: object) -> None:
    with pytest.raises(InputError, match="texts"):
        TopicModel(n_topics=2).fit(texts)
