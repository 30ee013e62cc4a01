"""Filters on the command line: what is no date is refused with an example, which ends a command with exit code 2."""

from __future__ import annotations

import pytest
import typer

from ui.cli.options import filters_of


@pytest.mark.parametrize(
    "date", ["06.05.2024", "yesterday", "May 2024", "2024-13-40", "2024-5-6", "20240506", "2024-W19"]
)
def test_a_date_in_another_form_is_refused_with_an_example(date: str):
    with pytest.raises(typer.BadParameter, match=f"{date} is no date: write 2024-05-06, 2024-05 or 2024") as refused:
        filters_of(None, date, None, None, None)
    assert (refused.value.param_hint, refused.value.exit_code) == ("--after", 2)


@pytest.mark.parametrize("date", ["2024", "2024-05", "2024-05-06"])
def test_years_months_and_days_are_dates(date: str):
    filters = filters_of(None, date, date, None, None)
    assert filters is not None
    assert (filters.after, filters.before) == (date, date)
