"""What people read: weekly update, case library, evidence, problems, insights, meetings. Pure: frames in, a document out."""
