// The phone's position, asked for on a press only; typing a place works without it.

const WORDS = {
  1: "위치 권한이 꺼져 있습니다. 장소를 글로 적어 주세요.",
  2: "지금 위치를 알 수 없습니다. 장소를 글로 적어 주세요.",
  3: "위치를 찾는 데 오래 걸립니다. 장소를 글로 적어 주세요.",
};

function setUp(field) {
  const button = field.querySelector("button");
  const status = field.querySelector("[role=status]");
  const lat = field.querySelector("[name=lat]");
  const lon = field.querySelector("[name=lon]");

  function show() {
    button.querySelector("span").textContent = lat.value ? "위치 빼기" : "현재 위치";
  }

  function found({ coords }) {
    lat.value = coords.latitude.toFixed(6);
    lon.value = coords.longitude.toFixed(6);
    status.textContent = `현재 위치를 담았습니다(오차 약 ${Math.round(coords.accuracy)}m).`;
    button.disabled = false;
    show();
  }

  function failed(error) {
    status.textContent = WORDS[error.code] ?? WORDS[2];
    button.disabled = false;
  }

  button.addEventListener("click", () => {
    if (lat.value) {
      lat.value = lon.value = "";
      status.textContent = "현재 위치를 뺐습니다.";
      show();
      return;
    }
    button.disabled = true;
    status.textContent = "위치를 찾고 있습니다.";
    navigator.geolocation.getCurrentPosition(found, failed, { enableHighAccuracy: true, timeout: 10_000 });
  });
  show();
  button.hidden = !("geolocation" in navigator);
}

for (const field of document.querySelectorAll("[data-place]")) setUp(field);
