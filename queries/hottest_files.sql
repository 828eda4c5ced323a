-- The files that are changed most in the latest run of each repository, with what is missing in them.
--
-- `changes` counts pull requests, or commits where those leave no mark. `gaps` adds up what components that count miss in the
-- file, each in a unit of its own, so it tells where to look and is no measure. Files whose changes do not count (`hot` is
-- NULL: changelogs, lock files, documentation) are left out.
-- Reads what `quality scan --rev REV --format parquet=quality/REV` wrote, from the directory above `quality`.
WITH latest AS (
    SELECT *
    FROM (SELECT DISTINCT * FROM read_parquet('quality/*/runs.parquet'))
    QUALIFY row_number() OVER (PARTITION BY repository, path ORDER BY commit_time DESC NULLS LAST, run DESC) = 1
),
gaps AS (
    SELECT run, path, list(component || ' ' || gap ORDER BY gap DESC, component) AS missing, sum(gap) AS gaps
    FROM (
        SELECT r.run, r.path, r.component, sum(r.gap) AS gap
        FROM (SELECT DISTINCT * FROM read_parquet('quality/*/readings.parquet')) AS r
        JOIN (
            SELECT DISTINCT run, component
            FROM read_parquet('quality/*/components.parquet')
            WHERE scope_kind = 'repository' AND weight > 0
        ) USING (run, component)
        WHERE r.gap > 0
        GROUP BY r.run, r.path, r.component
    )
    GROUP BY run, path
)
SELECT
    latest.repository,
    f.path,
    f.changes,
    round(100.0 * f.changes / nullif(latest.changes, 0), 1) AS percent_of_changes,
    f.hot,
    f.score,
    f.code_lines,
    coalesce(gaps.gaps, 0) AS gaps,
    array_to_string(gaps.missing, ', ') AS missing
FROM (SELECT DISTINCT * FROM read_parquet('quality/*/files.parquet')) AS f
JOIN latest USING (run)
LEFT JOIN gaps ON gaps.run = f.run AND gaps.path = f.path
WHERE f.changes > 0 AND f.hot IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY latest.repository ORDER BY f.changes DESC, f.path) <= 20
ORDER BY latest.repository, f.changes DESC, f.path;
