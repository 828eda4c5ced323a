-- What moved most between the last two runs of each repository: components of the whole, by directory and by language.
--
-- Single files move by leaps, so they are left out.
-- `moved` is in points of the component there. A component that got or lost its number has no `moved` and says so in
-- `state`: unknown is never 0. Only runs of the definition of the latest one are compared.
-- Reads what `quality scan --rev REV --format parquet=quality/REV` wrote, from the directory above `quality`.
WITH ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY repository, path, definition ORDER BY commit_time DESC NULLS LAST, run DESC
        ) AS place,
        first_value(definition) OVER (
            PARTITION BY repository, path ORDER BY commit_time DESC NULLS LAST, run DESC
        ) AS today
    FROM (SELECT DISTINCT * FROM read_parquet('quality/*/runs.parquet'))
),
numbered AS (
    SELECT ranked.repository, ranked.path, ranked.commit, ranked.place, c.*
    FROM (SELECT DISTINCT * FROM read_parquet('quality/*/components.parquet')) AS c
    JOIN ranked USING (run)
    WHERE ranked.definition = ranked.today AND ranked.place <= 2 AND c.component IS NOT NULL
        AND c.scope_kind IN ('repository', 'directory', 'language')
),
-- Without a run before there is nothing to compare with.
compared AS (
    SELECT repository, path FROM numbered GROUP BY repository, path HAVING max(place) = 2
),
pairs AS (
    SELECT
        coalesce(new.repository, old.repository) AS repository,
        coalesce(new.path, old.path) AS path,
        coalesce(new.scope_kind, old.scope_kind) AS scope_kind,
        coalesce(new.scope, old.scope) AS scope,
        coalesce(new.component, old.component) AS component,
        old.score AS before,
        new.score AS after,
        round(new.score - old.score, 4) AS moved,
        old.gap AS gap_before,
        new.gap AS gap_after,
        coalesce(old.state, 'absent') || ' -> ' || coalesce(new.state, 'absent') AS state
    FROM (SELECT * FROM numbered WHERE place = 1) AS new
    FULL JOIN (SELECT * FROM numbered WHERE place = 2) AS old
        ON new.repository = old.repository
        AND new.path = old.path
        AND new.scope_kind = old.scope_kind
        AND new.scope = old.scope
        AND new.component = old.component
)
SELECT pairs.* EXCLUDE (path)
FROM pairs
JOIN compared ON compared.repository = pairs.repository AND compared.path = pairs.path
WHERE moved <> 0 OR gap_before IS DISTINCT FROM gap_after
QUALIFY row_number() OVER (
    PARTITION BY pairs.repository
    ORDER BY abs(moved) DESC NULLS LAST, abs(gap_after - gap_before) DESC NULLS LAST, scope_kind, scope, component
) <= 50
ORDER BY pairs.repository, abs(moved) DESC NULLS LAST, abs(gap_after - gap_before) DESC NULLS LAST, scope_kind, scope, component;
