"""The statistics appendix of 2014 (国办发〔2014〕32号) and local ones, as data: rows in order."""

from __future__ import annotations

from extract.forms import FormRow

APPENDIX_2014 = (
    FormRow("e2_disclosed_total", ("主动公开政府信息数",)),
    FormRow("e2_disclosed_normative_docs", ("主动公开规范性文件数",)),
    FormRow("e2_normative_docs_issued", ("制发规范性文件总数",)),
    FormRow("e2_disclosed_gazette", ("政府公报公开政府信息数",)),
    FormRow("e2_disclosed_website", ("政府网站公开政府信息数",)),
    FormRow("e2_disclosed_weibo", ("政务微博公开政府信息数",)),
    FormRow("e2_disclosed_wechat", ("政务微信公开政府信息数",)),
    FormRow("e2_disclosed_other", ("其他方式公开政府信息数",)),
    FormRow("e2_responses_total", ("回应公众关注热点或重大舆情数",)),
    FormRow("e2_press_conferences", ("参加或举办新闻发布会总次数",)),
    FormRow("e2_press_conferences_by_head", ("主要负责同志参加新闻发布会次数",)),
    FormRow("e2_online_interviews", ("政府网站在线访谈次数",)),
    FormRow("e2_online_interviews_by_head", ("主要负责同志参加政府网站在线访谈次数",)),
    FormRow("e2_policy_explainers", ("政策解读稿件发布数",)),
    FormRow("e2_weibo_wechat_responses", ("微博微信回应事件数",)),
    FormRow("e2_other_responses", ("其他方式回应事件数",)),
    FormRow("e2_requests_received", ("收到申请数",)),
    FormRow("e2_req_in_person", ("当面申请数",)),
    FormRow("e2_req_fax", ("传真申请数",)),
    FormRow("e2_req_online", ("网络申请数",)),
    FormRow("e2_req_letter", ("信函申请数",)),
    FormRow("e2_requests_closed", ("申请办结数",)),
    FormRow("e2_closed_on_time", ("按时办结数",)),
    FormRow("e2_closed_extended", ("延期办结数",)),
    FormRow("e2_replies_total", ("申请答复数",)),
    FormRow("e2_reply_already_public", ("属于已主动公开范围数",)),
    FormRow("e2_reply_granted", ("同意公开答复数",)),
    FormRow("e2_reply_partial", ("同意部分公开答复数",)),
    FormRow("e2_reply_denied", ("不同意公开答复数",)),
    FormRow("e2_denied_state_secret", ("涉及国家秘密",)),
    FormRow("e2_denied_trade_secret", ("涉及商业秘密",)),
    FormRow("e2_denied_privacy", ("涉及个人隐私",)),
    FormRow("e2_denied_security_stability", ("危及国家安全公共安全经济安全和社会稳定",)),
    FormRow("e2_denied_not_gov_info", ("不是条例所指政府信息",)),
    FormRow("e2_denied_other_law", ("法律法规规定的其他情形",)),
    FormRow("e2_reply_not_this_agency", ("不属于本行政机关公开数",)),
    FormRow("e2_reply_not_exist", ("申请信息不存在数",)),
    FormRow("e2_reply_amend", ("告知作出更改补充数",)),
    FormRow("e2_reply_other_channel", ("告知通过其他途径办理数",)),
    FormRow("e2_review_total", ("行政复议数量",)),
    FormRow("e2_review_upheld", ("维持具体行政行为数",)),
    FormRow("e2_review_corrected", ("被依法纠错数",)),
    FormRow("e2_review_other", ("其他情形数",)),
    FormRow("e2_litigation_total", ("行政诉讼数量",)),
    FormRow("e2_litigation_upheld", ("维持具体行政行为或者驳回原告诉讼请求数",)),
    FormRow("e2_litigation_corrected", ("被依法纠错数",)),
    FormRow("e2_litigation_other", ("其他情形数",)),
    FormRow("e2_complaints", ("举报投诉数量",)),
    FormRow("e2_fees_wan_yuan", ("依申请公开信息收取的费用",)),
    FormRow("e2_dedicated_units", ("政府信息公开工作专门机构数",)),
    FormRow("e2_reading_points", ("设置政府信息公开查阅点数",)),
    FormRow("e2_staff_total", ("从事政府信息公开工作人员数",)),
    FormRow("e2_staff_full_time", ("专职人员数",)),
    FormRow("e2_staff_part_time", ("兼职人员数",)),
    FormRow("e2_budget_wan_yuan", ("政府信息公开专项经费",)),
    FormRow("e2_meetings", ("召开政府信息公开工作会议或专题会议数",)),
    FormRow("e2_training_sessions", ("举办各类培训班数",)),
    FormRow("e2_trainees", ("接受培训人员数",)),
)
"""The 58 rows that hold figures; heads without figures are left out."""

ONLY_2014 = frozenset(
    (
        "e2_normative_docs_issued",
        "e2_responses_total",
        "e2_press_conferences_by_head",
        "e2_weibo_wechat_responses",
        "e2_closed_extended",
        "e2_reply_already_public",
        "e2_reply_amend",
        "e2_dedicated_units",
    )
)
"""Rows that no earlier local table has."""

LOCAL_ROWS = (
    FormRow("e2_disclosed_total", ("主动公开信息数", "主动公开政府信息数", "主动公开政府信息总数")),
    FormRow("e2_disclosed_website", ("网站公开", "政府网站公开", "政府网站公开信息数")),
    FormRow("e2_disclosed_gazette", ("政府公报公开", "政府公报公开信息数")),
    FormRow(
        "e2_requests_received",
        ("受理依申请公开信息总数", "申请总数", "收到申请数", "依申请公开信息总数"),
    ),
    FormRow("e2_req_in_person", ("当面申请数",)),
    FormRow("e2_req_fax", ("传真申请数",)),
    FormRow("local_req_email", ("电子邮件申请数",)),
    FormRow("e2_req_online", ("网上申请数", "网络申请数")),
    FormRow("e2_req_letter", ("信函申请数",)),
    FormRow("local_req_other", ("其它形式申请数", "其他形式申请数")),
    FormRow("e2_replies_total", ("对申请的答复数", "对申请的答复总数", "申请答复数")),
    FormRow("e2_reply_granted", ("同意公开答复数",)),
    FormRow("e2_reply_partial", ("同意部分公开答复数",)),
    FormRow("e2_reply_denied", ("否决公开答复数", "不同意公开答复数")),
    FormRow("e2_review_total", ("行政复议数", "行政复议数量")),
    FormRow("e2_litigation_total", ("行政诉讼数", "行政诉讼数量")),
    FormRow("local_appeals", ("行政申诉数",)),
)
"""Rows of local tables before 2014 (the 上海 model, copied elsewhere) whose names are given."""

LOCAL_IN_2014 = tuple(row for row in LOCAL_ROWS if row.name.startswith("local_"))
"""Rows that localities add to the form of 2014."""
