"use client";

import type { ReactNode } from "react";
import { ProblemText } from "@/layout/ProblemText";
import { useAction } from "@/layout/useAction";

interface Props {
  children: ReactNode;
  send: () => Promise<unknown>;
  /** Whether what it turns on is on, for a button that is pressed and released. */
  pressed?: boolean;
}

/** A button that sends a request, and says why it was refused. */
export function ActionButton({ children, send, pressed }: Props) {
  const action = useAction(send);
  return (
    <>
      <button
        type="button"
        className="quiet"
        aria-pressed={pressed}
        disabled={action.isRunning}
        onClick={() => void action.run()}
      >
        {children}
      </button>
      <ProblemText problem={action.problem} />
    </>
  );
}
