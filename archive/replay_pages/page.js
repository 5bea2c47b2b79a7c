// The calendar of an address, and the frame around an archived page. What is told of the page
// stands in the attribute data-told of body.
"use strict";
(function () {
  const told = JSON.parse(document.body.dataset.told);

  function names() {
    const found = {};
    const keys = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    const say = (date, options) =>
      new Intl.DateTimeFormat("en", { timeZone: "UTC", ...options }).format(date);
    keys.forEach((key, month) => {
      const date = new Date(Date.UTC(2023, month, 1));
      found[key + "_long"] = say(date, { month: "long" });
      found[key + "_short"] = say(date, { month: "short" });
    });
    days.forEach((key, day) => {
      const date = new Date(Date.UTC(2023, 0, 1 + day)); // a Sunday
      found[key + "_long"] = say(date, { weekday: "long" });
      found[key + "_short"] = say(date, { weekday: "short" });
    });
    return found;
  }

  VueUI.main(
    {
      url: told.url,
      prefix: told.prefix,
      staticPrefix: told.static,
      timestamp: told.timestamp || undefined,
      logoUrl: "",
      logoHomeUrl: told.home,
      navbarBackground: "f8f9fa",
      navbarColor: "212529",
      allLocales: {},
    },
    "en",
    names()
  );

  if (told.timestamp) {
    window.cframe = new ContentFrame({
      url: told.url + window.location.hash,
      app_prefix: told.prefix,
      content_prefix: told.content,
      prefix: told.prefix,
      request_ts: told.timestamp,
      iframe: "#replay_iframe",
    });
  }
})();
