"""The trials of services measure what they say."""

import pytest
import service_trial


def test_texts_are_unique_and_the_same_again():
    texts = list(service_trial.unique_texts(5000, seed=1))
    words = [word for text in texts for word in text.split()]
    assert all(2 <= len(text.split()) <= 6 for text in texts)
    assert len(set(words)) > 0.99 * len(words)
    assert texts == list(service_trial.unique_texts(5000, seed=1))
    assert texts != list(service_trial.unique_texts(5000, seed=2))
    scripts = {next(s for s in service_trial.SCRIPTS if word[-1] in s) for word in words}
    assert scripts == set(service_trial.SCRIPTS)


@pytest.mark.slow
def test_memory_over_texts(shipped_folder, capfd):
    row = service_trial.run(shipped_folder, 1200, warm_up=0.34, every=1 / 6, batch_size=100)
    assert row["n_texts"] == 1200 and row["memory_zone"] and row["texts_per_second"] > 0
    assert 20 < row["min_mb"] <= row["first_mb"] <= row["max_mb"] < 2000
    assert row["min_mb"] <= row["last_mb"] <= row["max_mb"]
    assert capfd.readouterr().out.count(" texts/s") == 6
    assert row["n_samples"] == 4
    without = service_trial.run(shipped_folder, 10**6, minutes=1e-4, memory_zone=False)
    assert not without["memory_zone"] and 256 <= without["n_texts"] < 10**6


@pytest.mark.slow
def test_memory_of_a_worker_under_load(shipped_folder, monkeypatch):
    assert service_trial.find_most_bytes() == 32_000
    monkeypatch.setattr(service_trial, "find_most_bytes", lambda: 2000)
    row = service_trial.run_requests(shipped_folder, 24, n_threads=4, largest_every=8)
    assert row["n_requests"] == 24 and row["texts_per_second"] > row["requests_per_second"] > 0
    assert 20 < row["start_mb"] <= row["peak_mb"] and row["last_mb"] <= row["peak_mb"] < 2000


@pytest.mark.slow
def test_a_pipeline_that_is_not_there(tmp_path):
    with pytest.raises(RuntimeError, match="ended with code"):
        service_trial.run(tmp_path, 10)
    with pytest.raises(RuntimeError, match="ended with code"):
        service_trial.run_requests(tmp_path, 1)
