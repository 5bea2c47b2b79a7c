"""What made reports say: sentences with a known count, in the phrasings of all eras.

Written by hand from how reports read, without a look at the patterns under test. ``{n}`` is the
count, ``{who}`` the body's area (全县, 我局); a row with several measures has ``{n}``, ``{m}`` …
"""

from __future__ import annotations

COUNTED: list[tuple[tuple[str, ...], list[str]]] = [
    (
        ("disclosed",),
        [
            "{year}年，{who}主动公开政府信息{n}条。",
            "截至{year}年底，{who}全年共主动公开各类政府信息{n}条。",
            "全年累计主动公开政府信息{n}条，内容涵盖财政预决算、重大项目、民生保障等方面。",
            "{who}全年主动公开信息总数为{n}条。",
        ],
    ),
    (
        ("requests_received",),
        [
            "{year}年，{who}共收到政府信息公开申请{n}件。",
            "全年共收到依申请公开政府信息申请{n}件，均按规定程序办理。",
            "本年度收到公民、法人和其他组织的政府信息公开申请{n}件。",
            "{year}年共受理政府信息公开申请{n}件，主要涉及征地拆迁、城乡规划等方面。",
        ],
    ),
    (
        ("requests_received", "requests_closed"),
        [
            "全年收到政府信息公开申请{n}件，办结{m}件。",
            "{who}共收到政府信息公开申请{n}件，已答复办结{m}件。",
        ],
    ),
    (
        ("granted", "partially_granted", "denied"),
        [
            "对政府信息公开申请的答复中，予以公开{n}件，部分公开{m}件，不予公开{k}件。",
            "依申请公开答复情况：同意公开{n}件、同意部分公开{m}件、不同意公开{k}件。",
        ],
    ),
    (
        ("review_total", "litigation_total"),
        [
            "因政府信息公开被申请行政复议{n}件，被提起行政诉讼{m}件。",
            "全年发生政府信息公开行政复议案件{n}起、行政诉讼案件{m}起。",
        ],
    ),
    (
        ("training_sessions", "trainees"),
        [
            "全年举办政府信息公开培训班{n}期，培训{m}人次。",
            "组织政务公开业务培训{n}次，参训人员{m}人次。",
        ],
    ),
    (("policy_explainers",), ["全年发布政策解读材料{n}篇。", "共发布政策解读稿件{n}篇。"]),
    (("press_conferences",), ["全年召开新闻发布会{n}场。", "共举办新闻发布会{n}次。"]),
    (
        ("req_in_person", "req_online", "req_letter"),
        [
            "从申请方式看，当面申请{n}件，网络申请{m}件，信函申请{k}件。",
            "政府信息公开申请中，当面提交{n}件、通过网络提交{m}件、以信函形式提交{k}件。",
        ],
    ),
]
"""Measures of a sentence, in the order of its counts, and its phrasings."""

NEGATED: list[tuple[tuple[str, ...], list[str]]] = [
    (
        ("requests_received",),
        [
            "{year}年，{who}没有收到政府信息公开申请。",
            "本年度未收到公民、法人或者其他组织要求公开政府信息的申请。",
            "全年未收到政府信息公开申请。",
        ],
    ),
    (
        ("review_total", "litigation_total"),
        [
            "{year}年，{who}未发生因政府信息公开引起的行政复议、行政诉讼案件。",
            "全年没有发生针对政府信息公开的行政复议和行政诉讼。",
        ],
    ),
    (("fees",), ["全年依申请公开政府信息未收取任何费用。"]),
]

DISTRACTORS = [
    "全年12345政务服务便民热线受理群众诉求{n}件，办结率99.6%。",
    "政务服务大厅全年办理各类事项{n}件。",
    "门户网站总访问量达{n}万人次。",
    "办理人大代表建议、政协委员提案{n}件，答复率100%。",
    "较上年同期增长{n}%。",
    "上年度收到政府信息公开申请{n}件，本年度有所变化。",
    "发放各类宣传资料{n}余份，现场解答群众问题。",
    "全县调解矛盾纠纷{n}起，信访总量持续下降。",
    "下一年计划主动公开政府信息{n}条以上。",
    "自条例施行以来累计主动公开政府信息{n}条。",
    "为企业减免租金{n}万元，新增城镇就业岗位。",
]
"""Counts of other things, other years and plans: none of these is a measure of this report's year,
but proposals, which are kept apart."""

FILLER = [
    "一年来，坚持以公开为常态、不公开为例外，不断健全工作机制，强化监督保障，提升公开实效。",
    "严格落实保密审查和信息发布审核制度，做到应公开尽公开，切实保障人民群众的知情权和监督权。",
    "进一步完善公开目录，优化栏目设置，加强内容保障，及时回应社会关切。",
    "认真学习贯彻条例，把公开工作纳入重要议事日程，明确专人负责，层层压实责任。",
]
PROBLEMS = "工作中还存在公开内容不够全面、解读形式较为单一、人员业务能力有待提高等问题。"
PLANS = "下一步将继续加强学习培训，完善制度，丰富公开形式，进一步提升公开质量和水平。"
