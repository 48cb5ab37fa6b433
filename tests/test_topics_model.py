from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from topic_texts import SUBJECTS, write_articles, write_texts

from toolkit.errors import InputError, MissingColumnsError
from toolkit.topics import TopicModel, choose_topics, contrast_topics, load_model

TEXTS, TRUTH = write_texts()


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return TopicModel(n_topics=3).fit(TEXTS)


def test_fit_finds_the_subjects_when_the_number_is_given(model: TopicModel) -> None:
    assert adjusted_rand_score(TRUTH, model.labels_) == 1.0
    assert model.topics_["size"].tolist() == [24, 24, 24]


def test_fit_gives_the_documented_table(model: TopicModel) -> None:
    assert model.topics_.columns.tolist() == [
        "topic", "label", "size", "share", "share_low", "share_high", "terms", "term_weights", "exemplars",
        "exemplar_ids", "exemplar_texts", "stability", "x", "y",
    ]  # fmt: skip
    row = model.topics_.iloc[0]
    assert len(row["terms"]) == len(row["term_weights"]) == 10
    assert row["term_weights"] == sorted(row["term_weights"], reverse=True)
    assert [TRUTH[at] for at in row["exemplars"]] == [TRUTH[row["exemplars"][0]]] * 3
    assert row["share_low"] < row["share"] == 24 / 72 < row["share_high"]
    assert model.topics_["stability"].between(0.8, 1.0).all()


def test_terms_are_the_subjects_words_and_labels_differ(model: TopicModel) -> None:
    pools = [set(words.split()) for words in list(SUBJECTS.values())[:3]]
    for terms in model.topics_["terms"]:
        assert max(len(pool & set(terms)) for pool in pools) >= 8
    assert model.topics_["label"].is_unique


def test_every_text_has_weights_that_sum_to_one_and_a_margin(model: TopicModel) -> None:
    assert model.doc_topics_.shape == (72, 3)
    assert np.allclose(model.doc_topics_.sum(axis=1), 1.0, atol=1e-6)
    assert (model.doc_topics_.argmax(axis=1) == model.labels_).all()
    assert ((model.margins_ > 0) & (model.margins_ <= 1)).all()


def test_predict_gives_the_labels_of_the_fit_again(model: TopicModel) -> None:
    assert model.predict(TEXTS).tolist() == model.labels_.tolist()
    assert (model.transform(TEXTS) == model.doc_topics_).all()
    assert (clone(model).fit_predict(TEXTS) == model.labels_).all()
    assert (clone(model).fit_transform(TEXTS) == model.doc_topics_).all()


def test_fit_gives_the_same_topics_when_rows_are_shuffled(model: TopicModel) -> None:
    order = np.random.default_rng(3).permutation(len(TEXTS))
    other = TopicModel(n_topics=3).fit([TEXTS[at] for at in order])
    assert (other.labels_ == model.labels_[order]).all()
    assert other.topics_["label"].tolist() == model.topics_["label"].tolist()
    assert [[order[at] for at in row] for row in other.topics_["exemplars"]] == model.topics_[
        "exemplars"
    ].tolist()


def hash_of_shuffled_fit(seed: int) -> str:
    """Hash of labels, weights and terms of a fit on shuffled rows, put back in order."""
    texts, _ = write_texts(16, subjects=5)
    order = np.random.default_rng(seed).permutation(len(texts))
    model = TopicModel(n_topics=5, n_starts=3).fit([texts[at] for at in order])
    back = np.argsort(order)
    terms = str(model.topics_["terms"].tolist()).encode()
    return hashlib.sha256(
        model.labels_[back].tobytes() + model.doc_topics_[back].tobytes() + terms
    ).hexdigest()


def test_fit_gives_the_same_bits_when_kernel_threads_and_order_change() -> None:
    here = hash_of_shuffled_fit(0)
    code = "import test_topics_model as t; print(t.hash_of_shuffled_fit({seed}))"
    for seed, (kernel, threads) in enumerate([("Prescott", "2"), ("Haswell", "1")], start=1):
        environment = os.environ | {
            "OPENBLAS_CORETYPE": kernel,
            "OPENBLAS_NUM_THREADS": threads,
            "OMP_NUM_THREADS": threads,
            "PYTHONPATH": str(Path(__file__).parent),
        }
        command = [sys.executable, "-c", code.format(seed=seed)]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode < 0:  # this processor cannot run that kernel: a signal, and nothing to compare
            continue
        assert done.stdout.strip() == here, done.stderr


def test_fit_takes_lists_arrays_and_series_alike(model: TopicModel) -> None:
    series = pd.Series(TEXTS, dtype="str", index=[f"row{at}" for at in range(len(TEXTS))])
    by_series = TopicModel(n_topics=3).fit(series)
    assert (by_series.labels_ == model.labels_).all()
    assert by_series.topics_["exemplar_ids"][0][0] == f"row{by_series.topics_['exemplars'][0][0]}"
    assert (TopicModel(n_topics=3).fit(np.array(TEXTS)).labels_ == model.labels_).all()


def test_fit_counts_titles_as_often_as_asked_when_given_articles() -> None:
    articles = write_articles()
    weighted = TopicModel(n_topics=3, title_weight=2).fit(articles)
    texts = (articles["title"] + "\n" + articles["title"] + "\n" + articles["body"]).tolist()
    assert (weighted.labels_ == TopicModel(n_topics=3).fit(texts).labels_).all()
    assert weighted.topics_["exemplar_ids"][0][0] in set(articles["snapshot_id"])
    assert weighted.topics_["exemplar_texts"][0][0] in set(articles["title"])


def test_fit_names_the_missing_column_when_a_table_has_no_body() -> None:
    with pytest.raises(MissingColumnsError, match="texts: missing column 'body'"):
        TopicModel().fit(pd.DataFrame({"title": ["a"]}))


def test_fit_leaves_its_input_untouched() -> None:
    articles = write_articles()
    before = articles.copy(deep=True)
    TopicModel(n_topics=3).fit(articles)
    pd.testing.assert_frame_equal(articles, before)


def test_background_teaches_headlines_what_they_do_not_say_themselves() -> None:
    pools = [words.split() for words in list(SUBJECTS.values())[:3]]
    headlines = [
        f"{pool[at]} town" for pool in pools for at in range(14)
    ]  # no headline shares a subject word
    truth = [subject for subject in range(3) for _ in range(14)]
    alone = TopicModel(n_topics=3).fit(headlines)
    taught = TopicModel(n_topics=3).fit(headlines, background=TEXTS)
    assert adjusted_rand_score(truth, alone.labels_) < 0.5
    assert adjusted_rand_score(truth, taught.labels_) > 0.9
    assert taught.topics_["size"].sum() == len(headlines)


def test_embed_takes_part_when_given() -> None:
    subjects = [set(words.split()) for words in list(SUBJECTS.values())[:3]]

    def embed(texts: list[str]) -> np.ndarray:
        return np.array([[1.0 + len(pool & set(text.split())) for pool in subjects] for text in texts])

    model = TopicModel(n_topics=3, embed=embed).fit(TEXTS)
    assert adjusted_rand_score(TRUTH, model.labels_) == 1.0
    assert (model.predict(TEXTS) == model.labels_).all()


def test_embed_of_a_wrong_shape_is_refused() -> None:
    with pytest.raises(InputError, match=r"embed: gave an array of shape \(2, 3\) for 72 texts"):
        TopicModel(n_topics=3, embed=lambda texts: np.ones((2, 3))).fit(TEXTS)


def test_tokenizer_is_used_when_given() -> None:
    model = TopicModel(n_topics=2, tokenizer=lambda text: text.split("|"), min_df=1)
    model.fit(["a b|c", "c|a b", "x y|z", "z|x y"])
    assert model.vocabulary_ == ["a b", "c", "x y", "z"]
    assert model.labels_[0] == model.labels_[1] != model.labels_[2]


def test_fit_works_on_twenty_headlines() -> None:
    headlines = [" ".join(text.split()[1:6]) for text in TEXTS[:20]]
    model = TopicModel().fit(headlines)
    assert model.n_topics_ >= 1
    assert len(model.labels_) == 20
    assert (model.labels_ >= 0).all()


def test_fit_predicts_the_rest_when_there_are_more_texts_than_max_fit() -> None:
    texts, truth = write_texts(60)
    model = TopicModel(n_topics=3, max_fit=90).fit(texts)
    assert len(model.labels_) == 180
    assert adjusted_rand_score(truth, model.labels_) > 0.95
    assert model.topics_["size"].sum() == 180


def test_fit_batches_does_not_depend_on_how_the_stream_is_cut() -> None:
    texts, _ = write_texts(40)
    one = TopicModel(n_topics=3, max_fit=60).fit_batches([texts])
    many = TopicModel(n_topics=3, max_fit=60).fit_batches(
        texts[at : at + 7] for at in range(0, len(texts), 7)
    )
    assert one.sample_positions_.tolist() == many.sample_positions_.tolist()
    assert (one.predict(texts) == many.predict(texts)).all()
    assert many.notes_ == ["fitted on 60 of 120 texts."]


def test_fit_gives_han_and_hangul_topics_with_joined_pieces() -> None:
    han = [
        "\u4e1c\u4eac\u80a1\u5e02\u4e0a\u6da8",
        "\u80a1\u5e02\u4e0b\u8dcc\u4e1c\u4eac",
        "\u8db3\u7403\u6bd4\u8d5b\u80dc\u5229",
        "\u6bd4\u8d5b\u8db3\u7403\u8f93\u4e86",
    ] * 4
    model = TopicModel(n_topics=2, stop_words=None).fit([text + str(at) for at, text in enumerate(han)])
    assert model.labels_[0] == model.labels_[1] != model.labels_[2]
    assert all(label and " " not in label.replace(", ", "") for label in model.topics_["label"])


# -- scikit-learn's contract ---------------------------------------------------------------------------


def test_get_params_and_clone_keep_every_setting() -> None:
    model = TopicModel(n_topics=7, random_state=3, stop_words=["the"], min_margin=0.2)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(n_topics=4).n_topics == 4


def test_model_works_in_a_pipeline_and_in_a_grid_search() -> None:
    pipeline = Pipeline([("topics", TopicModel(n_topics=3, n_starts=2))])
    assert pipeline.fit_transform(TEXTS).shape == (72, 3)
    assert pipeline[-1].get_feature_names_out().tolist() == ["topic0", "topic1", "topic2"]
    search = GridSearchCV(TopicModel(n_starts=2, min_df=2), {"n_topics": [1, 3]}, cv=2).fit(TEXTS)
    assert search.best_params_ == {"n_topics": 3}


def test_predict_refuses_when_not_fitted() -> None:
    with pytest.raises(NotFittedError):
        TopicModel().predict(TEXTS)


def test_fit_sets_no_attribute_before_and_does_not_change_parameters() -> None:
    model = TopicModel(n_topics=3)
    assert [name for name in vars(model) if name.endswith("_")] == []
    before = model.get_params()
    assert model.fit(TEXTS) is model
    assert model.get_params() == before


# -- odd input -----------------------------------------------------------------------------------------


def test_fit_refuses_when_there_are_no_texts() -> None:
    with pytest.raises(InputError, match="texts: there are none"):
        TopicModel().fit([])


def test_fit_refuses_one_string() -> None:
    with pytest.raises(InputError, match="expected many texts, got one str"):
        TopicModel().fit("rain and wind")


def test_fit_refuses_numbers_and_says_where() -> None:
    with pytest.raises(InputError, match=r"found int '3' at position 1"):
        TopicModel().fit(["rain", 3])


def test_fit_refuses_texts_without_words() -> None:
    with pytest.raises(InputError, match="none of the 3 texts has a word"):
        TopicModel().fit(["", "12 34", "the"])


def test_fit_refuses_more_topics_than_texts() -> None:
    with pytest.raises(InputError, match="asked for 4 topics of 3 texts"):
        TopicModel(n_topics=4).fit(["rain wind", "snow hail", "goal match"])


def test_fit_refuses_arrays_of_two_dimensions() -> None:
    with pytest.raises(InputError, match=r"shape \(2, 2\)"):
        TopicModel().fit(np.array([["a", "b"], ["c", "d"]]))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("n_topics", 0), ("n_topics", "many"), ("n_topics", True), ("max_df", 0.0), ("min_margin", 1.5), ("n_starts", 0),
     ("min_df", "few")],
)  # fmt: skip
def test_fit_refuses_settings_that_are_not_allowed(setting: str, value: object) -> None:
    with pytest.raises(InputError, match=f"^{setting}: "):
        TopicModel(**{setting: value}).fit(TEXTS)


def test_fit_gives_one_topic_when_there_is_one_text() -> None:
    model = TopicModel().fit(["rain and wind in town"])
    assert model.n_topics_ == 1
    assert model.labels_.tolist() == [0]
    assert model.margins_.tolist() == [1.0]


def test_fit_gives_fewer_topics_and_says_so_when_texts_are_all_alike() -> None:
    model = TopicModel(n_topics=3).fit(["rain and wind"] * 12)
    assert model.n_topics_ == 1
    assert model.labels_.tolist() == [0] * 12
    assert "2 of 3 topics had no texts" in model.notes_[0]


def test_fit_gives_empty_and_missing_texts_the_commonest_topic_and_says_so() -> None:
    texts = [*TEXTS, "", "1234"]
    model = TopicModel(n_topics=3).fit(pd.Series([*texts, None], dtype="str"))
    assert model.labels_[-3:].tolist() == [0, 0, 0]
    assert any("1 of 75 texts were missing" in note for note in model.notes_)


def test_texts_below_the_margin_are_unassigned() -> None:
    model = TopicModel(n_topics=3, min_margin=0.5).fit([*TEXTS, "", "town mayor"])
    assert model.labels_[-2] == -1
    assert ((model.margins_ < 0.5) == (model.labels_ == -1)).all()
    assert model.topics_["size"].sum() == int((model.labels_ >= 0).sum())


def test_predict_gives_an_empty_array_when_there_are_no_texts(model: TopicModel) -> None:
    assert model.predict([]).tolist() == []
    assert model.transform([]).shape == (0, 3)


# -- number of topics ----------------------------------------------------------------------------------


def test_choose_topics_finds_the_number_of_subjects_and_gives_the_curve() -> None:
    texts, _ = write_texts(60, subjects=4)
    choice = choose_topics(texts, candidates=[2, 3, 4, 5, 6])
    assert choice.n_topics == 4
    assert choice.clear
    assert choice.curve["n_topics"].tolist() == [2, 3, 4, 5, 6]
    assert choice.curve["chosen"].tolist() == [False, False, True, False, False]
    assert choice.curve.loc[2, "stability"] > 0.9


def test_choose_topics_says_that_there_is_no_clear_number_when_texts_are_noise() -> None:
    rng = np.random.default_rng(0)
    words = [word for pool in SUBJECTS.values() for word in pool.split()]
    texts = [" ".join(rng.choice(words, size=12)) for _ in range(160)]
    choice = choose_topics(texts, candidates=[2, 3, 4])
    assert not choice.clear
    assert choice.reason.startswith("no clear number")


def test_choose_topics_refuses_candidates_below_two() -> None:
    with pytest.raises(InputError, match="candidates"):
        choose_topics(TEXTS, candidates=[1, 2])


def test_auto_uses_the_choice_and_keeps_its_curve() -> None:
    texts, truth = write_texts(60, subjects=3)
    model = TopicModel().fit(texts)
    assert model.n_topics_ == 3
    assert adjusted_rand_score(truth, model.labels_) > 0.95
    assert model.curve_ is not None
    assert model.curve_["chosen"].sum() == 1
    assert "3" in model.reason_


# -- contrast ------------------------------------------------------------------------------------------


def test_contrast_topics_names_terms_of_both_sides_with_counts(model: TopicModel) -> None:
    table = contrast_topics(model, 0, 2, n_terms=5)
    assert len(table) == 10
    assert table["topic"].tolist() == [0] * 5 + [2] * 5
    assert (table["count_a"].head(5) > table["count_b"].head(5)).all()
    assert table["z"].is_monotonic_decreasing


def test_contrast_topics_refuses_unknown_and_equal_topics(model: TopicModel) -> None:
    with pytest.raises(InputError, match="there is no topic 9"):
        contrast_topics(model, 0, 9)
    with pytest.raises(InputError, match="both are topic 1"):
        contrast_topics(model, 1, 1)


# -- saving --------------------------------------------------------------------------------------------


def test_load_gives_every_prediction_and_table_again_when_saved(model: TopicModel, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    again = TopicModel.load(tmp_path / "model")
    new = write_texts(seed=9)[0]
    assert (again.transform(new) == model.transform(new)).all()
    assert (again.labels_ == model.labels_).all()
    assert (again.margins_ == model.margins_).all()
    pd.testing.assert_frame_equal(again.topics_, model.topics_)
    pd.testing.assert_frame_equal(contrast_topics(again, 0, 1), contrast_topics(model, 0, 1))
    assert again.get_params() == model.get_params()


def test_save_writes_the_same_bytes_twice_and_no_pickle(model: TopicModel, tmp_path: Path) -> None:
    for name in ("one", "two"):
        model.save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["arrays.npz", "model.json"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    with np.load(tmp_path / "one" / "arrays.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)


def test_save_refuses_a_foreign_folder_and_a_file(model: TopicModel, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds notes\.txt, which no saved model wrote"):
        model.save(tmp_path)
    with pytest.raises(InputError, match="is a file"):
        model.save(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_load_refuses_what_is_not_ours(model: TopicModel, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing there"):
        load_model(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"lacks model\.json, arrays\.npz"):
        load_model(tmp_path)
    model.save(tmp_path / "model")
    state = json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))
    (tmp_path / "model" / "model.json").write_text(json.dumps(state | {"format": "other"}), encoding="utf-8")
    with pytest.raises(InputError, match="something else"):
        load_model(tmp_path / "model")
    (tmp_path / "model" / "model.json").write_text(json.dumps(state | {"version": 99}), encoding="utf-8")
    with pytest.raises(InputError, match="has version 99"):
        load_model(tmp_path / "model")
    (tmp_path / "model" / "model.json").write_text(json.dumps(state), encoding="utf-8")
    (tmp_path / "model" / "arrays.npz").write_bytes(b"changed")
    with pytest.raises(InputError, match="SHA-256 differs"):
        load_model(tmp_path / "model")


def test_load_asks_for_the_tokenizer_when_there_was_one(tmp_path: Path) -> None:
    model = TopicModel(n_topics=2, tokenizer=str.split, min_df=1).fit(["a b", "b a", "x y", "y x"])
    model.save(tmp_path / "model")
    with pytest.raises(InputError, match="fitted with tokenizer="):
        load_model(tmp_path / "model")
    again = load_model(tmp_path / "model", tokenizer=str.split)
    assert (again.predict(["a", "x"]) == model.predict(["a", "x"])).all()
