"""What people write about time, and what they mean by it: thought through by hand, not made by the program.

The conference is Monday 12 to Wednesday 14 September 2022. Talks begin at 9:30; coffee is from 11:30 to 12:00 and from
16:30 to 17:00, lunch from 13:30 to 15:00 (the halls are empty then; nothing in the programme is called so). The last
talk ends at 18:30; on Monday and Wednesday a social evening follows, from 19:30 to 22:30.

Each line: what is written | before (Friday 9, 15:00) | first morning (Monday 10:20) | second lunch (Tuesday 13:45)
| after the end (Thursday 15, 10:00). One column stands for all four. "?" is a question, and behind it why it is asked:

unread      no time that we know how to read
impossible  no such time or date exists
outside     it is a date, and no day of this conference
over        a time of day without a day, and no day of the conference is left
which       it may mean two things
"""

ENGLISH = """
# The clock alone: today's, also when it is past; before the conference the first day's; after it there is none.
14:30 | mon 14:30 | mon 14:30 | tue 14:30 | ?over
9:30 | mon 09:30 | mon 09:30 | tue 09:30 | ?over
at 14:30 | mon 14:30 | mon 14:30 | tue 14:30 | ?over
14.30 | mon 14:30 | mon 14:30 | tue 14:30 | ?over
14h30 | mon 14:30 | mon 14:30 | tue 14:30 | ?over
15h | mon 15:00 | mon 15:00 | tue 15:00 | ?over
1430 | mon 14:30 | mon 14:30 | tue 14:30 | ?over
2pm | mon 14:00 | mon 14:00 | tue 14:00 | ?over
2 pm | mon 14:00 | mon 14:00 | tue 14:00 | ?over
2 P.M. | mon 14:00 | mon 14:00 | tue 14:00 | ?over
10am | mon 10:00 | mon 10:00 | tue 10:00 | ?over
11:15 am | mon 11:15 | mon 11:15 | tue 11:15 | ?over
at 2 | mon 14:00 | mon 14:00 | tue 14:00 | ?over
2:30 | mon 14:30 | mon 14:30 | tue 14:30 | ?over
at 10 | mon 10:00 | mon 10:00 | tue 10:00 | ?over
ten o'clock | mon 10:00 | mon 10:00 | tue 10:00 | ?over
half past nine | mon 09:30 | mon 09:30 | tue 09:30 | ?over
half past two | mon 14:30 | mon 14:30 | tue 14:30 | ?over
half ten | mon 10:30 | mon 10:30 | tue 10:30 | ?over
quarter past ten | mon 10:15 | mon 10:15 | tue 10:15 | ?over
quarter to three | mon 14:45 | mon 14:45 | tue 14:45 | ?over
noon | mon 12:00 | mon 12:00 | tue 12:00 | ?over
midday | mon 12:00 | mon 12:00 | tue 12:00 | ?over
midnight | tue 00:00 | tue 00:00 | wed 00:00 | ?over
12pm | mon 12:00 | mon 12:00 | tue 12:00 | ?over
24:00 | tue 00:00 | tue 00:00 | wed 00:00 | ?over
9 in the morning | mon 09:00 | mon 09:00 | tue 09:00 | ?over
3 in the afternoon | mon 15:00 | mon 15:00 | tue 15:00 | ?over
# A number alone: an hour, unless a day or a date has it too.
15 | mon 15:00 | mon 15:00 | tue 15:00 | ?over
10 | mon 10:00 | mon 10:00 | tue 10:00 | ?over
2 | ?which
13 | ?which
tuesday 13 | ?which
12-14 | ?which
# No such time.
25:00 | ?impossible
9:75 | ?impossible
13pm | ?impossible
30 | ?impossible
february 30 | ?impossible
31 september | ?impossible
2022-13-45 | ?impossible
friday 13 september | ?impossible
# Days, as the conference counts and names them.
day 1 | mon 09:30-22:30
day 2 | tue 09:30-18:30
day two | tue 09:30-18:30
day2 | tue 09:30-18:30
2nd day | tue 09:30-18:30
first day | mon 09:30-22:30
second day | tue 09:30-18:30
last day | wed 09:30-22:30
day 9 | ?outside
day 0 | ?outside
monday | mon 09:30-22:30
Tue | tue 09:30-18:30
on wednesday | wed 09:30-22:30
friday | ?outside
sunday | ?outside
today | ?outside | mon 09:30-22:30 | tue 09:30-18:30 | ?outside
tomorrow | ?outside | tue 09:30-18:30 | wed 09:30-22:30 | ?outside
yesterday | ?outside | ?outside | mon 09:30-22:30 | wed 09:30-22:30
day after tomorrow | ?outside | wed 09:30-22:30 | ?outside | ?outside
in two days | ?outside | wed 09:30-22:30 | ?outside | ?outside
in 3 days | mon 09:30-22:30 | ?outside | ?outside | ?outside
2 days ago | ?outside | ?outside | ?outside | tue 09:30-18:30
next monday | mon 09:30-22:30 | ?outside | ?outside | ?outside
next tuesday | tue 09:30-18:30 | tue 09:30-18:30 | ?outside | ?outside
this wednesday | wed 09:30-22:30
last monday | ?outside | ?outside | mon 09:30-22:30 | mon 09:30-22:30
next day | mon 09:30-22:30 | tue 09:30-18:30 | wed 09:30-22:30 | ?over
this week | ?outside | mon 09:30-wed 22:30 | mon 09:30-wed 22:30 | mon 09:30-wed 22:30
next week | mon 09:30-wed 22:30 | ?outside | ?outside | ?outside
weekend | ?outside
a week ago | ?outside
# Dates.
12 sep | mon 09:30-22:30
13 september | tue 09:30-18:30
september 13 | tue 09:30-18:30
Sept 13th, 2022 | tue 09:30-18:30
the 14th of september | wed 09:30-22:30
the 13th | tue 09:30-18:30
tuesday 13 september | tue 09:30-18:30
2022-09-13 | tue 09:30-18:30
13.9. | tue 09:30-18:30
13.09.2022 | tue 09:30-18:30
12/9 | mon 09:30-22:30
9/13 | tue 09:30-18:30
11/12 | ?outside
13 september 2023 | ?outside
2022-10-01 | ?outside
the 20th | ?outside
march | ?outside
may | ?outside
september | mon 09:30-wed 22:30
next year | ?unread
# A day and a time of the clock.
tomorrow 9 | ?outside | tue 09:00 | wed 09:00 | ?outside
tomorrow at 9 | ?outside | tue 09:00 | wed 09:00 | ?outside
tomorrow 9am | ?outside | tue 09:00 | wed 09:00 | ?outside
9:30 tomorrow | ?outside | tue 09:30 | wed 09:30 | ?outside
tomorrow at 3 | ?outside | tue 15:00 | wed 15:00 | ?outside
today 15:00 | ?outside | mon 15:00 | tue 15:00 | ?outside
yesterday at 4pm | ?outside | ?outside | mon 16:00 | wed 16:00
tuesday 14 | tue 14:00
tue 14:00 | tue 14:00
monday at 2 | mon 14:00
2pm on wednesday | wed 14:00
friday 9 | ?outside
friday 15:00 | ?outside
day 2 10:30 | tue 10:30
day 3 at half past four | wed 16:30
day 2 pm | tue 12:00-wed 00:00
tomorrow am | ?outside | tue 00:00-tue 12:00 | wed 00:00-wed 12:00 | ?outside
12 sep 10:00 | mon 10:00
10:00 12 sep | mon 10:00
2022-09-13T10:00 | tue 10:00
2022-09-13 10:00 | tue 10:00
12th of september 2022 at 3pm | mon 15:00
wednesday midnight | thu 00:00
tomorrow noon | ?outside | tue 12:00 | wed 12:00 | ?outside
# Parts of a day. What is called "this" is today's; alone it is the next one that is not over.
this morning | ?outside | mon 06:00-12:00 | tue 06:00-12:00 | ?outside
this afternoon | ?outside | mon 12:00-18:00 | tue 12:00-18:00 | ?outside
tonight | ?outside | mon 18:00-tue 04:00 | tue 18:00-wed 04:00 | ?outside
tonight at 8 | ?outside | mon 20:00 | tue 20:00 | ?outside
morning | mon 06:00-12:00 | mon 06:00-12:00 | wed 06:00-12:00 | ?over
in the afternoon | mon 12:00-18:00 | mon 12:00-18:00 | tue 12:00-18:00 | ?over
late afternoon | mon 15:00-18:00 | mon 15:00-18:00 | tue 15:00-18:00 | ?over
friday morning | ?outside
tuesday morning | tue 06:00-12:00
tomorrow morning | ?outside | tue 06:00-12:00 | wed 06:00-12:00 | ?outside
wednesday evening | wed 18:00-thu 00:00
last day evening | wed 18:00-thu 00:00
day 2 afternoon | tue 12:00-18:00
last night | ?outside | ?outside | mon 20:00-tue 04:00 | wed 20:00-thu 04:00
tomorrow night | ?outside | tue 20:00-wed 04:00 | wed 20:00-thu 04:00 | ?outside
end of day | mon 21:30-22:30 | mon 21:30-22:30 | tue 17:30-18:30 | ?over
end of day 2 | tue 17:30-18:30
start of day 3 | wed 09:30-10:30
first thing tomorrow | ?outside | tue 09:30-10:30 | wed 09:30-10:30 | ?outside
# The programme's own breaks. At lunch "the break" is lunch; of two breaks of a day it is asked which.
after lunch | mon 15:00-22:30 | mon 15:00-22:30 | tue 15:00-18:30 | ?over
before lunch | mon 09:30-13:30 | mon 09:30-13:30 | wed 09:30-13:30 | ?over
lunch | mon 13:30-15:00 | mon 13:30-15:00 | tue 13:30-15:00 | ?over
during lunch | mon 13:30-15:00 | mon 13:30-15:00 | tue 13:30-15:00 | ?over
tomorrow after lunch | ?outside | tue 15:00-18:30 | wed 15:00-22:30 | ?outside
after lunch on tuesday | tue 15:00-18:30
day 2 after lunch | tue 15:00-18:30
monday before lunch | mon 09:30-13:30
coffee | ?which | mon 11:30-12:00 | tue 16:30-17:00 | ?over
after the break | ?which | mon 12:00-22:30 | tue 15:00-18:30 | ?over
afternoon break | mon 16:30-17:00 | mon 16:30-17:00 | tue 16:30-17:00 | ?over
tomorrow break | ?outside | ?which | ?which | ?outside
# Counted from now.
now | ?outside | mon 10:20 | tue 13:45 | ?outside
right now | ?outside | mon 10:20 | tue 13:45 | ?outside
in 1h30 | ?outside | mon 11:50 | tue 15:15 | ?outside
in 1h30m | ?outside | mon 11:50 | tue 15:15 | ?outside
in 20 min | ?outside | mon 10:40 | tue 14:05 | ?outside
in half an hour | ?outside | mon 10:50 | tue 14:15 | ?outside
1h | ?outside | mon 11:20 | tue 14:45 | ?outside
30m | ?outside | mon 10:50 | tue 14:15 | ?outside
in an hour and a half | ?outside | mon 11:50 | tue 15:15 | ?outside
2 hours from now | ?outside | mon 12:20 | tue 15:45 | ?outside
in 24 hours | ?outside | tue 10:20 | wed 13:45 | ?outside
in 67 hours | mon 10:00 | ?outside | ?outside | ?outside
30 minutes ago | ?outside | mon 09:50 | tue 13:15 | ?outside
next hour | ?outside | mon 10:20-11:20 | tue 13:45-14:45 | ?outside
the next 2 hours | ?outside | mon 10:20-12:20 | tue 13:45-15:45 | ?outside
later today | ?outside | mon 10:20-22:30 | tue 13:45-18:30 | ?outside
in 2 | ?unread
1h before | ?unread
# Spans by the clock.
14:00-16:00 | mon 14:00-16:00 | mon 14:00-16:00 | tue 14:00-16:00 | ?over
2-4pm | mon 14:00-16:00 | mon 14:00-16:00 | tue 14:00-16:00 | ?over
between 2 and 4 | mon 14:00-16:00 | mon 14:00-16:00 | tue 14:00-16:00 | ?over
tomorrow from 10 to 12 | ?outside | tue 10:00-12:00 | wed 10:00-12:00 | ?outside
after 3pm | mon 15:00-22:30 | mon 15:00-22:30 | tue 15:00-18:30 | ?over
tuesday after 16:00 | tue 16:00-18:30
until noon | mon 09:30-12:00 | mon 09:30-12:00 | wed 09:30-12:00 | ?over
# No times at all.
rust | ?unread
tuesday banana | ?unread
2022 | ?unread
blursday | ?unread
"""

GERMAN = """
morgen | ?outside | tue 09:30-18:30 | wed 09:30-22:30 | ?outside
morgen früh | ?outside | tue 06:00-12:00 | wed 06:00-12:00 | ?outside
heute nachmittag | ?outside | mon 12:00-18:00 | tue 12:00-18:00 | ?outside
Montag | mon 09:30-22:30
Dienstag um 14 Uhr | tue 14:00
halb zehn | mon 09:30 | mon 09:30 | tue 09:30 | ?over
nach dem Mittagessen | mon 15:00-22:30 | mon 15:00-22:30 | tue 15:00-18:30 | ?over
Tag 2 nach dem Mittagessen | tue 15:00-18:30
in einer Stunde | ?outside | mon 11:20 | tue 14:45 | ?outside
vor 2 Stunden | ?outside | mon 08:20 | tue 11:45 | ?outside
13. September 10 Uhr | tue 10:00
letzter Tag | wed 09:30-22:30
übermorgen | ?outside | wed 09:30-22:30 | ?outside | ?outside
"""

FRENCH = """
demain matin | ?outside | tue 06:00-12:00 | wed 06:00-12:00 | ?outside
cet après-midi | ?outside | mon 12:00-18:00 | tue 12:00-18:00 | ?outside
mardi 14h | tue 14:00
à 14h30 | mon 14:30 | mon 14:30 | tue 14:30 | ?over
après le déjeuner | mon 15:00-22:30 | mon 15:00-22:30 | tue 15:00-18:30 | ?over
dans 20 minutes | ?outside | mon 10:40 | tue 14:05 | ?outside
il y a une heure | ?outside | mon 09:20 | tue 12:45 | ?outside
le 13 septembre | tue 09:30-18:30
dernier jour | wed 09:30-22:30
neuf heures et demie | mon 09:30 | mon 09:30 | tue 09:30 | ?over
"""

SPANISH = """
mañana | ?outside | tue 09:30-18:30 | wed 09:30-22:30 | ?outside
mañana por la mañana | ?outside | tue 06:00-12:00 | wed 06:00-12:00 | ?outside
esta tarde | ?outside | mon 12:00-18:00 | tue 12:00-18:00 | ?outside
martes a las 14 | tue 14:00
a las 2 de la tarde | mon 14:00 | mon 14:00 | tue 14:00 | ?over
después de comer | mon 15:00-22:30 | mon 15:00-22:30 | tue 15:00-18:30 | ?over
después del almuerzo | mon 15:00-22:30 | mon 15:00-22:30 | tue 15:00-18:30 | ?over
dentro de 20 minutos | ?outside | mon 10:40 | tue 14:05 | ?outside
13 de septiembre | tue 09:30-18:30
día 2 | tue 09:30-18:30
a las nueve y media | mon 09:30 | mon 09:30 | tue 09:30 | ?over
"""

# Three days around the night in which clocks change, with talks from 10:00 to 18:00 and a party on the second evening,
# from 23:00 to 05:00 by the clock on the wall when it begins. Asked on the first day, at 12:00; or in the night, when
# the line says so. Expected: the time in UTC.
CLOCKS_CHANGE = """
# At 1:30 there is the party, and at 13:30 a talk; 2:30 comes twice while the party lasts.
# Berlin, 28 to 30 October 2022: on Sunday 30, 03:00 becomes 02:00. UTC+2 before, UTC+1 after.
Europe/Berlin | 2022-10-28 | fri 12:00 | day 3 15:00 | 2022-10-30 14:00
Europe/Berlin | 2022-10-28 | sat 12:00 | tomorrow 3pm | 2022-10-30 14:00
Europe/Berlin | 2022-10-28 | sat 12:00 | in 24 hours | 2022-10-30 10:00
Europe/Berlin | 2022-10-28 | sat 12:00 | today 15:00 | 2022-10-29 13:00
Europe/Berlin | 2022-10-28 | sat 12:00 | tomorrow 1:30 | ?which
Europe/Berlin | 2022-10-28 | sat 12:00 | tomorrow 01:30 | 2022-10-29 23:30
Europe/Berlin | 2022-10-28 | sat 12:00 | sunday 2:30 | ?which
Europe/Berlin | 2022-10-28 | sat 12:00 | sunday 02:30 | ?which
Europe/Berlin | 2022-10-28 | sat 12:00 | sunday 00:30 utc | 2022-10-30 00:30
Europe/Berlin | 2022-10-28 | sat 12:00 | sunday 3:30am | 2022-10-30 02:30
Europe/Berlin | 2022-10-28 | sat 23:30 | in 3 hours | 2022-10-30 00:30
Europe/Berlin | 2022-10-28 | sat 23:30 | in 4 hours | 2022-10-30 01:30
Europe/Berlin | 2022-10-28 | sat 23:30 | in 5 hours | 2022-10-30 02:30
Europe/Berlin | 2022-10-28 | sat 12:00 | sunday morning | 2022-10-30 05:00-2022-10-30 11:00
Europe/Berlin | 2022-10-28 | sat 12:00 | tonight | 2022-10-29 16:00-2022-10-30 03:00
# New York, 4 to 6 November 2022: on Sunday 6, 02:00 becomes 01:00. UTC-4 before, UTC-5 after.
America/New_York | 2022-11-04 | sat 12:00 | tomorrow 10:00 | 2022-11-06 15:00
America/New_York | 2022-11-04 | sat 12:00 | 3pm | 2022-11-05 19:00
America/New_York | 2022-11-04 | sat 12:00 | sunday 1:30 am | ?which
America/New_York | 2022-11-04 | sat 23:30 | in 2 hours | 2022-11-06 05:30
America/New_York | 2022-11-04 | sat 23:30 | in 3 hours | 2022-11-06 06:30
America/New_York | 2022-11-04 | fri 12:00 | last day 10am | 2022-11-06 15:00
# Berlin, 25 to 27 March 2022: on Sunday 27, 02:00 becomes 03:00. UTC+1 before, UTC+2 after.
Europe/Berlin | 2022-03-25 | sat 12:00 | tomorrow 3pm | 2022-03-27 13:00
Europe/Berlin | 2022-03-25 | sat 12:00 | sunday 02:30 | ?skipped
Europe/Berlin | 2022-03-25 | sat 12:00 | sunday 3:30 am | 2022-03-27 01:30
Europe/Berlin | 2022-03-25 | sat 23:30 | in 3 hours | 2022-03-27 01:30
Europe/Berlin | 2022-03-25 | sat 12:00 | in 24 hours | 2022-03-27 11:00
"""
