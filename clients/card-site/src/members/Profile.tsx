"use client";

import { useTranslations } from "next-intl";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { AddPasskey } from "@/account/AddPasskey";
import { useMember } from "@/account/useMember";
import { type Member, nameOf } from "@/holobase";
import { holobase } from "@/holobase/browser";
import { ActionButton } from "@/layout/ActionButton";
import { ReportButton } from "@/moderation/ReportButton";

const STANDINGS = ["follow", "mute", "block"] as const;
const STANDS_FOR = { follow: "followed", mute: "muted", block: "blocked" } as const;
const UNDO = { follow: "unfollow", mute: "unmute", block: "unblock" } as const;

export function Profile({ member }: { member: Member }) {
  const t = useTranslations("members");
  const reader = useMember();
  return (
    <header>
      <h1>{nameOf(member)}</h1>
      <p>{t("counts", { cards: member.card_count, followers: member.follower_count })}</p>
      {member.bio && <p className="prose">{member.bio}</p>}
      {reader?.id === member.id && <AddPasskey name={member.username} />}
      {reader && reader.id !== member.id && (
        <p className="row">
          {STANDINGS.map((name) => (
            <StandingButton key={name} name={name} member={member} />
          ))}
          <ReportButton resource="users" id={member.id} />
        </p>
      )}
    </header>
  );
}

interface StandingProps {
  name: (typeof STANDINGS)[number];
  member: Member;
}

/** Follows, mutes or blocks a member, and takes it back. */
function StandingButton({ name, member }: StandingProps) {
  const t = useTranslations("members");
  const queries = useQueryClient();
  const key = ["standing", member.id];
  const { data } = useQuery({
    queryKey: key,
    queryFn: async () => (await holobase.users.view(member.id, { fields: ["id", "viewer"] })).viewer,
  });
  const stands = data?.[STANDS_FOR[name]] ?? false;
  async function toggle() {
    await (stands ? holobase.users.unset(name, member.id) : holobase.users.set(name, member.id));
    await queries.invalidateQueries({ queryKey: key });
  }

  return (
    <ActionButton send={toggle} pressed={stands}>
      {t(stands ? UNDO[name] : name)}
    </ActionButton>
  );
}
