/** Says when the server has gone, notices when it is back, and has everything asked anew then. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { ProblemError, get } from "@/api/client";
import { strings } from "@/strings";

import classes from "./connection.module.css";

const EVERY_MS = 1_500;

export function Connection() {
  const client = useQueryClient();
  const [isLost, setLost] = useState(false);

  useEffect(
    () =>
      client.getQueryCache().subscribe((event) => {
        const error: unknown = event.query.state.error;
        if (event.type === "updated" && error instanceof ProblemError && error.status === 0) setLost(true);
      }),
    [client],
  );

  useEffect(() => {
    if (!isLost) return;
    const timer = setInterval(() => {
      get("/health").then(
        () => {
          setLost(false);
          void client.invalidateQueries();
        },
        () => undefined, // not yet
      );
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [client, isLost]);

  return (
    <div role="status" className={isLost ? classes.lost : "lp-hidden"}>
      {isLost ? strings.common.connection.lost : ""}
    </div>
  );
}
