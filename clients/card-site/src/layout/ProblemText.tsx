import type { HolobaseError } from "holobase";
import styles from "./layout.module.css";

/** Why Holobase refused a request, in the reader's language. */
export function ProblemText({ problem }: { problem: HolobaseError | null }) {
  if (!problem) return null;
  const lines = problem.errors.length > 0 ? problem.errors.map((error) => error.message) : [problem.message];
  return (
    <div role="alert" className={styles.problem}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </div>
  );
}
