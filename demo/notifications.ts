/** Desktop notifications of incoming calls (the Notification API), where the browser has them. */
import { text } from "./texts.js";

let shown: Notification | null = null;

/**
 * Asks once, inside the click on Log in, or at the first click where the page logged in by itself:
 * Firefox takes the question only from something that the person does. A refusal is respected and
 * costs nothing.
 */
export function askForNotifications(): void {
  if (!("Notification" in globalThis) || Notification.permission !== "default") return;
  // Browsers came to have it late.
  const activation: UserActivation | undefined = navigator.userActivation;
  if (activation && !activation.isActive) {
    addEventListener("click", askForNotifications, { once: true });
    return;
  }
  Notification.requestPermission().catch((error: unknown) => {
    console.debug("notifications:", error);
  });
}

export function notifyIncoming(body: string): void {
  closeNotification();
  if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
  try {
    const notification = new Notification(text("notificationTitle"), {
      body,
      icon: "icon.svg",
      tag: "sipml-incoming-call",
      requireInteraction: true,
    });
    notification.addEventListener("click", () => {
      globalThis.focus();
      notification.close();
    });
    shown = notification;
  } catch (error) {
    // Chrome on Android has the constructor and refuses it outside service workers.
    console.debug("notifications:", error);
  }
}

export function closeNotification(): void {
  shown?.close();
  shown = null;
}
