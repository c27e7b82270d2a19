"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { holobase } from "@/holobase/browser";

/** What every page of the browser needs: answers that were fetched, and who is signed in. */
export function Providers({ children }: { children: ReactNode }) {
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } }));
  useEffect(() => void holobase.auth.restore(), []);
  return <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
}
