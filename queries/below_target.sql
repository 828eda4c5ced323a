-- Components below their target in the latest run of each repository, those that cost the score most first.
--
-- `costs` is what the component takes from the score of the whole, in points; `to_go` how much more has to be good. What has
-- no weight costs nothing and comes last. What could not be measured is not below anything: it is not here.
-- Reads what `quality scan --rev REV --format parquet=quality/REV` wrote, from the directory above `quality`.
WITH latest AS (
    SELECT *
    FROM (SELECT DISTINCT * FROM read_parquet('quality/*/runs.parquet'))
    QUALIFY row_number() OVER (PARTITION BY repository, path ORDER BY commit_time DESC NULLS LAST, run DESC) = 1
),
known AS (
    SELECT
        latest.repository,
        latest.path,
        latest.commit[:10] AS commit,
        c.*,
        sum(c.weight) OVER (PARTITION BY c.run) AS known
    FROM (SELECT DISTINCT * FROM read_parquet('quality/*/components.parquet')) AS c
    JOIN latest USING (run)
    -- The whole of the run: the repository, or the directory it was narrowed to.
    WHERE c.scope = latest.path
        AND c.scope_kind IN ('repository', 'directory')
        AND c.component IS NOT NULL
        AND c.score IS NOT NULL
)
SELECT
    repository,
    commit,
    component,
    good,
    "of",
    share,
    target,
    CAST(ceil(round("of" * target, 6)) AS BIGINT) - good AS to_go,
    score,
    weight,
    coalesce(round((100 - score) * weight / nullif(known, 0), 4), 0) AS costs
FROM known
-- Shares are rounded down; what is good is exact.
WHERE good < round("of" * target, 6)
ORDER BY repository, costs DESC, share / target, component;
