"""The list of conversations as markup."""

import re
from datetime import UTC, datetime, timedelta

from web.conversations.conversation_store import Listed
from web.rail.rail_view import render_list


def test_conversations_stand_under_the_day_of_their_last_question() -> None:
    now = datetime.now(UTC)
    moments = [now, now, now - timedelta(days=1), datetime(2020, 3, 2, 12, tzinfo=UTC)]
    markup = render_list([Listed(str(n), f"Title {n}", moment) for n, moment in enumerate(moments)], "")
    days = re.findall(r'class="day">([^<]+)<|title="(Title \d)"', markup)
    assert [day or title for day, title in days] == [
        *("Today", "Title 0", "Title 1"),
        *("Yesterday", "Title 2"),
        *("2 Mar 2020", "Title 3"),
    ]
