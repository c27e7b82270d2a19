"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { RenderedFor } from "@/account/useMember";
import type { Member } from "@/holobase";
import { holobase } from "@/holobase/browser";

interface Props {
  children: ReactNode;
  member: Member | null;
}

/** What every page of the browser needs: answers that were fetched, and who is signed in. */
export function Providers({ children, member }: Props) {
  const [queries] = useState(() => {
    // The server has seen the cookie: without one, nobody need be asked for it.
    if (!member && typeof window !== "undefined") holobase.auth.accept(null);
    return new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } });
  });
  useEffect(() => void holobase.auth.restore(), []);
  return (
    <QueryClientProvider client={queries}>
      <RenderedFor value={member}>{children}</RenderedFor>
    </QueryClientProvider>
  );
}
