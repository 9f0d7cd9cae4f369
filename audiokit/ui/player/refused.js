// What our routes say when they say no: a sentence for the person, in JSON.

export class Refused extends Error {}

export async function refusalOf(response) {
  const body = await response.json().catch(() => null);
  return new Refused(body?.error?.message ?? `The sound could not be loaded (${response.status}). Try again.`);
}
