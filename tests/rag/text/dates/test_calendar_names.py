from rag.text.dates.calendar_names import month_names, weekday_names


def test_names_of_several_languages() -> None:
    assert month_names()["march"] == month_names()["mar"] == 3
    assert month_names()["sept"] == 9
    assert month_names("de")["märz"] == 3
    assert month_names("fr")["août"] == 8
    assert weekday_names()["monday"] == 0
    assert weekday_names("es")["domingo"] == 6
