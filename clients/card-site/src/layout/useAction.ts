"use client";

import { HolobaseError } from "holobase";
import { useState } from "react";

/** A request that a member sends by a button: whether it runs, and why it was refused. */
export function useAction<Arguments extends unknown[], Result>(send: (...given: Arguments) => Promise<Result>) {
  const [isRunning, setRunning] = useState(false);
  const [problem, setProblem] = useState<HolobaseError | null>(null);

  /** Send it; return what came back, and nothing where it was refused. */
  async function run(...given: Arguments): Promise<{ result: Result } | undefined> {
    setRunning(true);
    setProblem(null);
    try {
      return { result: await send(...given) };
    } catch (error) {
      if (!(error instanceof HolobaseError)) throw error;
      setProblem(error);
      return undefined;
    } finally {
      setRunning(false);
    }
  }

  return { run, isRunning, problem };
}
