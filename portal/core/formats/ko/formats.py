"""2026. 11. 24.(화) 14:03 rather than 2026년 11월 24일 2:03 오후."""

DATE_FORMAT = "Y. n. j.(D)"
DATETIME_FORMAT = "Y. n. j.(D) H:i"
SHORT_DATE_FORMAT = "Y. n. j."
SHORT_DATETIME_FORMAT = "Y. n. j. H:i"
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "n월 j일"
YEAR_MONTH_FORMAT = "Y년 n월"
WEEKDAY_FORMAT = "n월 j일(D)"  # ours: without the year
WEEKDAY_TIME_FORMAT = "n월 j일(D) H:i"
