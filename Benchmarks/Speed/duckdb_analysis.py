"""The analysis of Flare's beacon-classic detector as one DuckDB query with two threads.

usage: duckdb_analysis.py EVE-FILE CSV-FILE

Writes src_ip, dest_ip, dest_port, bytes_toserver, occurrences, percent and interval of each channel that is reported,
sorted, so that its rows can be compared with Flare's.
"""

import sys

import duckdb

ANALYSIS = """
COPY (
    WITH flows AS (
        SELECT src_ip, dest_ip, coalesce(dest_port, 0) AS dest_port,
               strptime(flow.start, '%Y-%m-%dT%H:%M:%S.%f%z') AS start,
               flow.bytes_toserver AS sent
        FROM read_json($eve, format = 'newline_delimited', maximum_object_size = 16000000, columns = {
            event_type: 'VARCHAR', src_ip: 'VARCHAR', dest_ip: 'VARCHAR', dest_port: 'INTEGER',
            flow: 'STRUCT(start VARCHAR, bytes_toserver BIGINT, bytes_toclient BIGINT)'})
        WHERE event_type = 'flow'
    ), channels AS (
        SELECT src_ip, dest_ip, dest_port,
               CAST(sum(sent) - arg_min(sent, (start, sent)) AS BIGINT) AS bytes_toserver,
               list(CAST(floor(epoch(start)) AS BIGINT)) AS seconds
        FROM flows GROUP BY ALL HAVING count(*) > $min_occur
    ), times AS (
        SELECT src_ip, dest_ip, dest_port, unnest(seconds) AS second FROM channels
    ), intervals AS (
        SELECT src_ip, dest_ip, dest_port, second - lag(second) OVER (
            PARTITION BY src_ip, dest_ip, dest_port ORDER BY second) AS seconds
        FROM times
    ), frequencies AS (
        SELECT src_ip, dest_ip, dest_port, seconds, count(*) AS frequency
        FROM intervals WHERE seconds >= $min_interval GROUP BY ALL
    ), modes AS (
        SELECT src_ip, dest_ip, dest_port, CAST(sum(frequency) AS BIGINT) AS occurrences,
               arg_min(seconds, (-frequency, seconds)) AS mode
        FROM frequencies GROUP BY ALL HAVING sum(frequency) > $min_occur
    ), windows AS (
        SELECT src_ip, dest_ip, dest_port, occurrences, unnest(range(mode - $window, mode + 1)) AS first FROM modes
    ), shares AS (
        SELECT src_ip, dest_ip, dest_port, occurrences, first,
               sum(frequency) / any_value(occurrences) AS share
        FROM windows JOIN frequencies USING (src_ip, dest_ip, dest_port)
        WHERE seconds >= first AND seconds < first + $window GROUP BY ALL
    ), best AS (
        SELECT src_ip, dest_ip, dest_port, occurrences, max(share) AS share, arg_min(first, (-share, first)) AS first
        FROM shares GROUP BY ALL
    )
    SELECT src_ip, dest_ip, dest_port, bytes_toserver, occurrences,
           CAST(floor(share * 100) AS BIGINT) AS percent, first + $window // 2 AS interval
    FROM best JOIN channels USING (src_ip, dest_ip, dest_port)
    WHERE share * 100 > $min_percent
    ORDER BY ALL
) TO '{csv}' (HEADER)
"""


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    eve, csv = sys.argv[1:]
    connection = duckdb.connect(config={"threads": 2})
    # The path of COPY's target cannot be a parameter.
    query = ANALYSIS.replace("{csv}", csv.replace("'", "''"))
    connection.execute(
        query, {"eve": eve, "min_occur": 10, "min_interval": 30, "min_percent": 50, "window": 2})


if __name__ == "__main__":
    main()
