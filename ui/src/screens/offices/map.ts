/** Where the sketch of the two rivers puts each office of the guide; drawn by hand, not to scale. */
export interface Spot {
  x: number;
  y: number;
  side: "left" | "right";
}

/** By the name that the guide prints. */
export const SPOTS: Record<string, Spot> = {
  渝中车管所: { x: 209, y: 292, side: "left" },
  大渡口车管所: { x: 172, y: 404, side: "left" },
  沙坪坝车管所: { x: 111, y: 226, side: "left" },
  九龙坡车管所: { x: 117, y: 348, side: "left" },
  渝北车管所: { x: 275, y: 168, side: "right" },
  南岸车管所: { x: 305, y: 352, side: "right" },
  北碚车管所: { x: 95, y: 108, side: "right" },
  车管所一分所: { x: 167, y: 322, side: "left" },
  车管所三分所: { x: 250, y: 214, side: "right" },
  两江新区车管所: { x: 235, y: 122, side: "right" },
  江北车管所: { x: 339, y: 240, side: "right" },
  巴南车管所: { x: 280, y: 470, side: "right" },
  车管所四分所: { x: 419, y: 70, side: "left" },
  车管所五分所: { x: 419, y: 318, side: "left" },
  车管所九分所: { x: 71, y: 520, side: "right" },
};

export const shortName = (name: string): string => name.replace("车管所", "");
