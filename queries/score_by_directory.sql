-- The score of each directory over time, and of the whole (an empty directory), oldest first.
--
-- `change` is in points since the run before of the same definition; runs of different definitions are never compared.
-- Reads what `quality scan --rev REV --format parquet=quality/REV` wrote, from the directory above `quality`.
SELECT
    strftime(r.commit_time AT TIME ZONE 'UTC', '%Y-%m-%d') AS day,
    r.repository,
    r.commit[:10] AS commit,
    r.definition,
    c.scope AS directory,
    c.score,
    round(c.score - lag(c.score) OVER history, 4) AS change,
    c.known_weight,
    c.lines
FROM (SELECT DISTINCT * FROM read_parquet('quality/*/components.parquet')) AS c
JOIN (SELECT DISTINCT * FROM read_parquet('quality/*/runs.parquet')) AS r USING (run)
WHERE c.component IS NULL AND c.scope_kind IN ('repository', 'directory')
WINDOW history AS (
    PARTITION BY r.repository, r.path, r.source, r.definition, c.scope
    ORDER BY r.commit_time, r.run
)
ORDER BY r.repository, r.definition, directory, r.commit_time, r.run;
