import { FinishSocial } from "@/account/FinishSocial";

export default function SocialPage() {
  return <FinishSocial />;
}
