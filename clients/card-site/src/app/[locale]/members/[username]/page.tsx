import { filter } from "holobase";
import { Gallery } from "@/cards/Gallery";
import { listing } from "@/cards/galleryQuery";
import { plainPage } from "@/holobase";
import { orNotFound, serverHolobase } from "@/holobase/server";
import { Profile } from "@/members/Profile";

export default async function MemberPage({ params }: { params: Promise<{ username: string }> }) {
  const holobase = await serverHolobase();
  const member = await orNotFound(holobase.users.view((await params).username));
  const query = { filter: filter`creator = ${member.id}`.text };
  const first = plainPage(await holobase.cards.list(listing(query)));
  return (
    <>
      <Profile member={member} />
      <Gallery query={query} first={first} />
    </>
  );
}
