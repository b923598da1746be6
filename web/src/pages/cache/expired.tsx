import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { cleanupPreview, useCleanup } from "@/api/cache";
import type { Workflow } from "@/api/queries";
import { bytes } from "@/logic/format";
import { strings } from "@/strings";
import { Failed, Shown } from "@/ui/states";

import classes from "./cache.module.css";
import { exactly } from "./preview";

const words = strings.cache.invalidate;

/** What nobody is served any more, and goes by itself in the night: or now. */
export function Expired({ of }: { of: Workflow }) {
  const asked = useQuery(cleanupPreview(of));
  const doing = useCleanup(of);
  return (
    <div className={classes.expired}>
      <Shown query={asked} height={20}>
        {({ entries, bytes: size }) => (
          <>
            <p aria-live="polite">
              {doing.data && entries === 0
                ? words.done(exactly(doing.data.removed))
                : entries === 0
                  ? words.expiredNone
                  : words.expired(exactly(entries), bytes(size))}
            </p>
            {entries > 0 && (
              <Button
                size="compact-xs"
                variant="default"
                loading={doing.isPending}
                onClick={() => {
                  doing.mutate();
                }}
              >
                {words.clean}
              </Button>
            )}
          </>
        )}
      </Shown>
      {doing.isError && <Failed error={doing.error} />}
    </div>
  );
}
