"""How the words of box and posture are weighed."""

import numpy as np

from training.act_weights import People, break_even, fitted


def people(thing: list[float], posture: list[float], done: list[bool]) -> People:
    return People(
        np.array(thing), np.array(posture), np.array(done), np.ones(len(done), np.bool_), np.full(len(done), "a set")
    )


def test_the_word_that_tells_more_weighs_more() -> None:
    rng = np.random.default_rng(3)
    done = rng.random(400) < 0.3
    telling = np.clip(0.5 + 0.3 * (done - 0.5) + rng.normal(0, 0.1, 400), 0.01, 0.99)
    noise = rng.uniform(0.01, 0.99, 400)

    _, thing, posture = fitted(people(telling.tolist(), noise.tolist(), done.tolist()))

    assert thing > 3 * posture


def test_few_who_do_it_among_many_still_give_finite_weights() -> None:
    rng = np.random.default_rng(5)
    done = np.arange(1200) < 70
    noise = rng.uniform(0, 0.01, 1200)

    weights = fitted(people(noise.tolist(), noise.tolist(), done.tolist()))

    assert max(map(abs, weights)) < 20


def test_no_word_speaks_against_an_act() -> None:
    rng = np.random.default_rng(4)
    done = rng.random(300) < 0.5
    against = np.where(done, 0.1, 0.9)

    _, thing, posture = fitted(people(against.tolist(), against.tolist(), done.tolist()))

    assert thing >= 0
    assert posture >= 0


def test_break_even_misses_as_many_as_it_wrongly_takes() -> None:
    done, others = np.linspace(0.31, 1.0, 70), np.linspace(0.0, 0.69, 70)
    each = np.full(70, 1 / 70)

    threshold = break_even(done, each, others, each)

    assert abs(threshold - 0.5) <= 0.02
    assert abs((done < threshold).mean() - (others >= threshold).mean()) <= 0.03
