"""Seeded case texts with known roots: the same stories told in other words, in seven languages.

A root is a language, an object, a problem, a place in the process, a brand's and a seller's name. Each telling of it picks one of
the wordings of its parts, their order, greetings and closings, ids, dates, amounts and links, and makes typing mistakes.
Roots of one language share objects, problems and places with one another, so that telling them apart is work. What
is translated is another root: no lexical method can know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Language:
    """The wordings of one language: every part of a story is one tuple of ways to say the same."""

    name: str
    greetings: tuple[str, ...]
    objects: tuple[tuple[str, ...], ...]
    problems: tuple[tuple[str, ...], ...]
    places: tuple[tuple[str, ...], ...]
    by: str
    ids: tuple[str, ...]
    closings: tuple[str, ...]
    spaced: bool = True


ENGLISH = Language(
    "en",
    ("Hi team,", "Hello,", "Dear support,", "FYI", "Please check:", ""),
    (
        ("whitening cream", "skin whitening cream"),
        ("wireless earbuds", "bluetooth earbuds"),
        ("weight loss tea", "slimming tea"),
        ("phone charger", "mobile charger"),
        ("gold necklace", "necklace in gold"),
        ("kids bicycle", "bicycle for kids"),
        ("protein powder", "whey protein"),
        ("game voucher", "voucher for games"),
    ),
    (
        ("claims to cure diabetes", "says it cures diabetes", "promised a cure for diabetes"),
        ("arrived broken in pieces", "was broken on arrival", "came broken, in pieces"),
        ("is a counterfeit of a known brand", "is counterfeit, copies the brand", "looks counterfeit"),
        ("was never delivered to the buyer", "never delivered", "not delivered, buyer still waiting"),
        ("shows a false discount price", "false discount shown", "price discount is false"),
        (
            "asks viewers to pay outside the platform",
            "payment outside the platform",
            "pay off-platform requested",
        ),
        ("caused a rash and burning", "buyer got a rash, burning skin", "rash and burning after use"),
    ),
    (
        ("during the livestream", "in the livestream", "while on livestream"),
        ("in the short video", "short video ad"),
        ("on the product page", "product page listing"),
        ("in the refund chat", "refund chat with seller"),
        ("in the comments section", "comments section"),
    ),
    "seller {}",
    ("order {}", "case #{}", "ref {}", ""),
    ("Please advise.", "Thanks!", "Kindly escalate.", "Waiting for your reply.", "", ""),
)
SPANISH = Language(
    "es",
    ("Hola equipo,", "Buenos días,", "Estimados,", ""),
    (
        ("crema blanqueadora", "crema para blanquear la piel"),
        ("audífonos inalámbricos", "auriculares inalámbricos"),
        ("té para adelgazar", "té adelgazante"),
        ("cargador de teléfono", "cargador del móvil"),
        ("collar de oro", "collar dorado de oro"),
        ("bicicleta infantil", "bicicleta para niños"),
    ),
    (
        ("afirma curar la diabetes", "dice que cura la diabetes"),
        ("llegó roto en pedazos", "roto al llegar"),
        ("es una falsificación de marca", "marca falsificada, es falsificación"),
        ("nunca fue entregado al comprador", "no entregado, el comprador espera"),
        ("muestra un descuento falso", "descuento falso en el precio"),
        ("pide pagar fuera de la plataforma", "pago fuera de la plataforma"),
    ),
    (
        ("durante la transmisión en vivo", "en la transmisión en vivo"),
        ("en el video corto", "anuncio de video corto"),
        ("en la página del producto", "ficha del producto"),
        ("en el chat de reembolso", "chat por el reembolso"),
    ),
    "vendedor {}",
    ("pedido {}", "caso n.º {}", ""),
    ("Gracias.", "Favor de revisar.", "Quedo atento.", ""),
)
INDONESIAN = Language(
    "id",
    ("Halo tim,", "Selamat pagi,", "Mohon dicek:", ""),
    (
        ("krim pemutih", "krim pemutih kulit"),
        ("earphone nirkabel", "earphone bluetooth nirkabel"),
        ("teh pelangsing", "teh pelangsing badan"),
        ("pengisi daya ponsel", "pengisi daya hp"),
        ("kalung emas", "kalung dari emas"),
        ("sepeda anak", "sepeda untuk anak"),
    ),
    (
        ("mengklaim menyembuhkan diabetes", "katanya menyembuhkan diabetes"),
        ("tiba dalam keadaan pecah", "pecah saat tiba"),
        ("adalah barang palsu tiruan merek", "barang palsu, merek tiruan"),
        ("tidak pernah dikirim ke pembeli", "belum dikirim, pembeli menunggu"),
        ("menampilkan diskon palsu", "harga diskon palsu"),
        ("meminta bayar di luar platform", "pembayaran di luar platform"),
    ),
    (
        ("saat siaran langsung", "di siaran langsung"),
        ("di video pendek", "iklan video pendek"),
        ("di halaman produk", "halaman produk toko"),
        ("di obrolan pengembalian dana", "obrolan soal pengembalian dana"),
    ),
    "penjual {}",
    ("pesanan {}", "kasus {}", ""),
    ("Terima kasih.", "Mohon bantuannya.", "Ditunggu.", ""),
)
VIETNAMESE = Language(
    "vi",
    ("Chào nhóm,", "Xin chào,", "Nhờ kiểm tra:", ""),
    (
        ("kem trắng da", "kem làm trắng da"),
        ("tai nghe không dây", "tai nghe bluetooth không dây"),
        ("trà giảm cân", "trà giúp giảm cân"),
        ("sạc điện thoại", "củ sạc điện thoại"),
        ("dây chuyền vàng", "dây chuyền bằng vàng"),
        ("xe đạp trẻ em", "xe đạp cho trẻ em"),
    ),
    (
        ("quảng cáo chữa khỏi tiểu đường", "nói chữa khỏi bệnh tiểu đường"),
        ("bị vỡ khi nhận hàng", "nhận hàng bị vỡ nát"),
        ("là hàng giả nhái thương hiệu", "hàng giả, nhái thương hiệu"),
        ("không giao cho người mua", "chưa giao, người mua đang chờ"),
        ("hiển thị giảm giá sai sự thật", "giảm giá sai sự thật"),
        ("yêu cầu chuyển tiền ngoài nền tảng", "chuyển tiền ngoài nền tảng"),
    ),
    (
        ("trong buổi phát trực tiếp", "khi phát trực tiếp"),
        ("trong video ngắn", "quảng cáo video ngắn"),
        ("trên trang sản phẩm", "trang sản phẩm"),
        ("trong cuộc trò chuyện hoàn tiền", "trò chuyện hoàn tiền"),
    ),
    "người bán {}",
    ("đơn hàng {}", "mã {}", ""),
    ("Cảm ơn.", "Mong phản hồi.", ""),
)
ARABIC = Language(
    "ar",
    ("مرحبا فريق الدعم،", "السلام عليكم", "يرجى التحقق:", ""),
    (
        ("كريم تبييض", "كريم تبييض البشرة"),
        ("سماعات لاسلكية", "سماعات بلوتوث لاسلكية"),
        ("شاي التخسيس", "شاي التخسيس العشبي"),
        ("شاحن الهاتف", "شاحن هاتف"),
        ("قلادة ذهب", "قلادة من ذهب"),
        ("دراجة أطفال", "دراجة للأطفال"),
    ),
    (
        ("يدعي علاج السكري", "يقول إنه علاج السكري"),
        ("وصل مكسورا إلى قطع", "مكسورا عندما وصل"),
        ("منتج مقلد لعلامة تجارية", "علامة تجارية مقلد"),
        ("لم يتم تسليمه إلى المشتري", "لم يتم التسليم والمشتري ينتظر"),
        ("يعرض خصما وهميا", "خصما وهميا على السعر"),
        ("يطلب الدفع خارج المنصة", "الدفع خارج المنصة"),
    ),
    (
        ("خلال البث المباشر", "في البث المباشر"),
        ("في الفيديو القصير", "إعلان الفيديو القصير"),
        ("في صفحة المنتج", "صفحة المنتج"),
        ("في محادثة الاسترداد", "محادثة الاسترداد مع البائع"),
    ),
    "البائع {}",
    ("طلب {}", "رقم {}", ""),
    ("شكرا.", "بانتظار الرد.", ""),
)
CHINESE = Language(
    "zh",
    ("你好，", "请核查：", "各位好，", ""),
    (
        ("美白面霜", "皮肤美白面霜"),
        ("无线耳机", "蓝牙无线耳机"),
        ("减肥茶", "减肥瘦身茶"),
        ("手机充电器", "充电器手机款"),
        ("黄金项链", "项链黄金款"),
        ("儿童自行车", "自行车儿童款"),
    ),
    (
        ("声称可以治愈糖尿病", "说能治愈糖尿病"),
        ("收到时已经碎裂", "收到就碎裂了"),
        ("是假冒知名品牌的商品", "假冒知名品牌"),
        ("一直没有发货给买家", "没有发货，买家在等"),
        ("显示虚假折扣价格", "虚假折扣价格"),
        ("要求在平台外付款", "平台外付款"),
    ),
    (
        ("在直播过程中", "直播过程里"),
        ("在短视频广告里", "短视频广告"),
        ("在商品详情页", "商品详情页上"),
        ("在退款聊天中", "退款聊天记录"),
    ),
    "卖家{}",
    ("订单{}", "编号{}", ""),
    ("谢谢。", "请尽快处理。", ""),
    spaced=False,
)
THAI = Language(
    "th",
    ("สวัสดีทีมงาน ", "เรียนฝ่ายสนับสนุน ", "ช่วยตรวจสอบ ", ""),
    (
        ("ครีมหน้าขาว", "ครีมทาหน้าขาว"),
        ("หูฟังไร้สาย", "หูฟังบลูทูธไร้สาย"),
        ("ชาลดน้ำหนัก", "ชาช่วยลดน้ำหนัก"),
        ("ที่ชาร์จโทรศัพท์", "ที่ชาร์จมือถือโทรศัพท์"),
        ("สร้อยคอทองคำ", "สร้อยคอทำจากทองคำ"),
        ("จักรยานเด็ก", "จักรยานสำหรับเด็ก"),
    ),
    (
        ("อ้างว่ารักษาเบาหวานหาย", "บอกว่ารักษาเบาหวานได้"),
        ("มาถึงแตกเป็นชิ้น", "แตกตอนมาถึง"),
        ("เป็นของปลอมเลียนแบบแบรนด์", "ของปลอม เลียนแบบแบรนด์"),
        ("ไม่เคยจัดส่งให้ผู้ซื้อ", "ยังไม่จัดส่ง ผู้ซื้อรออยู่"),
        ("แสดงส่วนลดปลอม", "ราคาส่วนลดปลอม"),
        ("ขอให้จ่ายเงินนอกแพลตฟอร์ม", "จ่ายเงินนอกแพลตฟอร์ม"),
    ),
    (
        ("ระหว่างไลฟ์สด", "ในไลฟ์สด"),
        ("ในวิดีโอสั้น", "โฆษณาวิดีโอสั้น"),
        ("ในหน้าสินค้า", "หน้าสินค้า"),
        ("ในแชทคืนเงิน", "แชทเรื่องคืนเงิน"),
    ),
    "ผู้ขาย{}",
    ("คำสั่งซื้อ {}", "รหัส {}", ""),
    ("ขอบคุณ", "รอคำตอบ", ""),
    spaced=False,
)
LANGUAGES = (ENGLISH, SPANISH, INDONESIAN, VIETNAMESE, ARABIC, CHINESE, THAI)
SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ra",
    "ven",
    "tor",
    "shi",
    "zu",
    "bel",
    "nak",
    "pri",
    "qua",
    "dex",
    "fyl",
    "om",
)
TYPO, LINK, AMOUNT = 0.25, 0.1, 0.3
"""Shares of the texts with a typing mistake, with a link, with an amount."""


@dataclass(frozen=True)
class Root:
    """What happened, however it is told."""

    language: Language
    object: tuple[str, ...]
    problem: tuple[str, ...]
    place: tuple[str, ...]
    brand: str
    seller: str


def made(
    count: int, *, seed: int = 7, alone: float = 0.1, languages: Sequence[Language] = LANGUAGES
) -> pd.DataFrame:
    """Return `count` texts by key with columns text, root (a number), date; a share `alone` of them has a root of its own.

    The sizes of the roots are those of a Zipf law cut at 400 tellings: some stories are told hundreds of times, most a few.
    """
    chance = np.random.default_rng(seed)
    roots: list[int] = []
    number = 0
    while len(roots) < count:
        single = chance.random() < alone * 5
        size = 1 if single else int(min(400, 1 + chance.zipf(1.7)))
        roots += [number] * size
        number += 1
    labels = np.array(roots[:count])
    stories = [_root(chance, languages) for _ in range(number)]
    texts = [_told(stories[label], chance) for label in labels]
    dates = pd.Timestamp("2026-01-01") + pd.to_timedelta(chance.integers(0, 180 * 86_400, count), unit="s")
    keys = [f"CASE-{n:06}" for n in range(count)]
    made_ = pd.DataFrame({"text": texts, "root": labels, "date": dates}, index=pd.Index(keys, name="key"))
    return made_.iloc[chance.permutation(count)]


def _root(chance: Any, languages: Sequence[Language]) -> Root:
    language = languages[int(chance.integers(len(languages)))]
    brand, seller = (
        "".join(SYLLABLES[i] for i in chance.integers(0, len(SYLLABLES), long)).title() for long in (2, 3)
    )
    parts = (
        part[int(chance.integers(len(part)))]
        for part in (language.objects, language.problems, language.places)
    )
    return Root(language, *parts, brand, seller)


def _told(root: Root, chance: Any) -> str:
    """Return one telling of a root."""
    language = root.language

    def one(ways: Sequence[str]) -> str:
        return ways[int(chance.integers(len(ways)))]

    parts = [
        f"{one(root.object)} {root.brand} {one(root.problem)}",
        one(root.place),
        language.by.format(root.seller),
    ]
    order = chance.permutation(3) if chance.random() < 0.5 else np.arange(3)
    number = one(language.ids).format(f"#{chance.integers(10**6, 10**7)}")
    extra = [number] if number else []
    if chance.random() < AMOUNT:
        extra.append(f"{chance.integers(5, 500)}.{chance.integers(10, 99)} USD")
    if chance.random() < LINK:
        extra.append(f"https://shop.example/v/{chance.integers(10**8)}")
    if chance.random() < 0.2:
        extra.append(f"2026-0{chance.integers(1, 7)}-{chance.integers(10, 28)}")
    body = (", " if language.spaced else "，" if language.name == "zh" else " ").join(parts[i] for i in order)
    text = " ".join(filter(None, (one(language.greetings), body, *extra, one(language.closings))))
    return _mistyped(text, chance) if chance.random() < TYPO else text


def _mistyped(text: str, chance: Any) -> str:
    """Return the text with one letter left out, doubled, or changed places with the next."""
    at = int(chance.integers(1, len(text) - 1))
    kind = int(chance.integers(4))
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text.upper() if chance.random() < 0.5 else text.lower()
